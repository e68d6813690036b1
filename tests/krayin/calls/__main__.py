"""Print the table of calls: what happened, what it may cost, and what it was measured to cost."""

import sys

from crmhost import CRMHostError

from .measuring import CUSTOMERS, PROFILES, measure, table
from .rows import ROWS


def main() -> int:
    """Measure every row on every profile; fail where one costs more than it may."""
    measured = [
        (row, {profile: measure(row, profile, CUSTOMERS[profile]) for profile in PROFILES}) for row in ROWS
    ]
    sys.stdout.write("\n".join(table(measured)) + "\n")
    counts = [(row.at_most, found) for row, by_profile in measured for found in by_profile.values()]
    return int(
        any(max(found.first) > at_most or any(found.again) or not found.shows for at_most, found in counts)
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CRMHostError as error:
        sys.exit(f"{type(error).__name__}: {error}")
