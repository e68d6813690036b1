"""What a freshly installed Krayin holds."""

from .profile import Profile
from .seed_attributes import sow_attributes
from .state import State

_STAGES = ("New", "Follow Up", "Prospect", "Negotiation", "Won", "Lost")


def sow(state: State, profile: Profile) -> None:
    """Fill an empty database as Krayin's installer does."""
    _sow_people(state)
    for table, names in (
        ("lead_sources", ("Email", "Web", "Web Form", "Phone", "Direct")),
        ("lead_types", ("New Business", "Existing Business")),
    ):
        for name in names:
            state.insert(state.tables[table], {"name": name})
    _sow_pipeline(state)
    sow_attributes(state, asks_less=profile.asks_less)


def _sow_people(state: State) -> None:
    role = {"name": "Administrator", "description": "Administrator Role", "permission_type": "all"}
    state.insert(state.tables["roles"], role | {"created_at": None, "updated_at": None})
    user = {"name": "Example", "email": "admin@example.com", "password": "admin123", "role_id": 1}
    state.insert(state.users, user | {"status": 1, "view_permission": "global"})


def _sow_pipeline(state: State) -> None:
    pipeline = {"name": "Default Pipeline", "is_default": 1, "rotten_days": 30}
    state.insert(state.tables["lead_pipelines"], pipeline)
    for place, name in enumerate(_STAGES, 1):
        code = name.lower().replace(" ", "-")
        stage = {"code": code, "name": name, "sort_order": place, "lead_pipeline_id": 1}
        state.insert(state.stages, stage)
