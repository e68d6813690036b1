"""What differs between the Krayins that the sandbox plays: by name, and decided here alone."""

from dataclasses import dataclass, field
from typing import Any

# What Krayin 2.1's translator does not find (recordings 15, 12, 30).
_KEYS = {
    500: "admin::app.common.internal-server-error",
    404: "admin::app.common.resource-not-found",
    401: "admin::app.common.unauthenticated",
}
_SENTENCES = {500: "500 Internal Server Error", 404: "404 Page Not Found", 401: "401 Unauthorized"}


@dataclass(frozen=True)
class Profile:
    """The differences; each is off in Krayin 2.1 with rest-api 2.1.1, unless it says otherwise."""

    # Krayin itself
    limits_requests: bool = True
    errors: dict[int, str] = field(default_factory=lambda: _KEYS)
    has_up_page: bool = False
    empties_are_null: bool = False
    any_schedule_overlaps: bool = False
    checks_closing_date: bool = True
    asks_less: bool = False
    """Few attributes are of quick add, and a lead may lack its value."""
    links_name_pages: bool = False
    persons_have_leads: bool = False
    log_spells_times: bool = False
    # The REST package
    phones_are_optional: bool = False
    checks_filters: bool = False
    stage_is_optional: bool = False
    unknown_is_404: bool = False
    checks_tags: bool = False
    stages_name_pipeline: bool = False


_KRAYIN_2_2: dict[str, Any] = {
    "limits_requests": False,
    "errors": _SENTENCES,
    "has_up_page": True,
    "empties_are_null": True,
    "any_schedule_overlaps": True,
    "checks_closing_date": False,
    "asks_less": True,
    "links_name_pages": True,
    "persons_have_leads": True,
    "log_spells_times": True,
}
_REST_2_2_0: dict[str, Any] = {
    "phones_are_optional": True,
    "checks_filters": True,
    "stage_is_optional": True,
    "unknown_is_404": True,
    "checks_tags": True,
    "stages_name_pipeline": True,
}

KRAYINS = ("2.1", "2.2")
RESTS = ("2.1.1", "2.2.0")
_PROFILES = {
    ("2.1", "2.1.1"): Profile(),
    ("2.2", "2.1.1"): Profile(**_KRAYIN_2_2),
    ("2.2", "2.2.0"): Profile(**_KRAYIN_2_2, **_REST_2_2_0),
}


def profile_of(krayin: str, rest: str) -> Profile:
    """Find the profile of a Krayin with a REST package, or say that there is none."""
    for name, wanted, known in (("Krayin", krayin, KRAYINS), ("rest-api", rest, RESTS)):
        if wanted not in known:
            raise ValueError(f"This sandbox plays {name} {' or '.join(known)}, not {wanted}.")
    if (krayin, rest) not in _PROFILES:
        raise ValueError(f"Krayin {krayin} does not go with rest-api {rest}.")
    return _PROFILES[krayin, rest]
