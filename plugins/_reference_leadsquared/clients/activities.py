"""Activities: what happened with a lead, each of a type that has a code and a score.

We know no call that returns them: what was posted can't be looked for.
"""

from __future__ import annotations

from .transport import Transport

INBOUND = 0
"""The direction of what a customer began."""


class Activities:
    """The activities of one account, and their types."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def types(self) -> dict[str, int]:
        """Return the code of each type, by its name."""
        rows = self._transport.rows("ProspectActivity.svc/ActivityTypes.Get")
        return {str(row["ActivityEventName"]): int(row["ActivityEvent"]) for row in rows}

    def make_type(self, name: str, score: int) -> int:
        """Make a type; return its code.

        https://apidocs.leadsquared.com/create-new-activity-type-api/
        """
        body = {"ActivityEventName": name, "Score": score, "Direction": INBOUND}
        return int(self._transport.make("ProspectActivity.svc/CreateType", body))

    def post(self, lead_id: str, code: int, note: str) -> str:
        """Post an activity of this type to a lead, as of now; return its id.

        https://apidocs.leadsquared.com/post-an-activity-to-lead/
        """
        body = {"RelatedProspectId": lead_id, "ActivityEvent": code, "ActivityNote": note}
        return self._transport.make("ProspectActivity.svc/Create", body)
