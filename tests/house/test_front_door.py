"""The front door: what it names is what there is, and opening it opens nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import crmhost


def test_all_is_what_the_front_door_holds() -> None:
    source = ast.parse(Path(crmhost.__file__).read_text())
    imported = {
        alias.name
        for node in ast.walk(source)
        if isinstance(node, ast.ImportFrom) and node.level
        for alias in node.names
    }

    assert imported == set(crmhost.__all__)
    assert dir(crmhost) == sorted(crmhost.__all__)
    assert [name for name in crmhost.__all__ if not hasattr(crmhost, name)] == []


def test_what_is_not_there_is_said_as_python_does() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        crmhost.Nonsense  # noqa: B018 - asking is what is tested


def test_every_public_thing_is_documented() -> None:
    undocumented = [
        name for name in crmhost.__all__ if name != "__version__" and not getattr(crmhost, name).__doc__
    ]
    assert undocumented == []


def test_the_front_door_is_quick_to_open() -> None:
    """What takes long to import, or opens something, is left until it is used."""
    late = ["pydantic", "sqlalchemy", "alembic", "dramatiq", "redis", "httpx", "starlette", "uvicorn", "rich"]
    code = f"import crmhost.cli, sys; print([name for name in {late} if name in sys.modules])"

    told = subprocess.check_output([sys.executable, "-c", code], text=True)

    assert told.strip() == "[]"
