"""The front door: what it names is what there is, and opening it opens nothing."""

import subprocess
import sys
from types import ModuleType

import crmhost


def test_all_is_what_the_front_door_holds() -> None:
    public = {
        name
        for name, value in vars(crmhost).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert public == set(crmhost.__all__) - {"__version__"}


def test_every_public_thing_is_documented() -> None:
    undocumented = [
        name for name in crmhost.__all__ if name != "__version__" and not getattr(crmhost, name).__doc__
    ]
    assert undocumented == []


def test_the_front_door_is_quick_to_open() -> None:
    """What takes long to import, or opens something, is left until it is used."""
    late = ["sqlalchemy", "alembic", "dramatiq", "redis", "httpx", "starlette", "uvicorn", "rich"]
    code = f"import crmhost, sys; print([name for name in {late} if name in sys.modules])"

    told = subprocess.check_output([sys.executable, "-c", code], text=True)

    assert told.strip() == "[]"
