"""The files in deploy/ name what there is: commands, settings, paths."""

import re
import shlex
from typing import Any

import pytest
import yaml

from crmhost.settings import PREFIX, Settings

from .commands import problem
from .pages import ROOT

DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.iterdir() if path.is_file())
SETTINGS = {PREFIX + name.upper() for name in Settings.model_fields}


def commands_in(value: Any) -> list[list[str]]:
    """Return every list of words below a YAML value that begins with our command."""
    if isinstance(value, dict):
        return [found for inner in value.values() for found in commands_in(inner)]
    if isinstance(value, list):
        words = [value] if value and value[0] == "crmhost" else []
        return words + [found for inner in value for found in commands_in(inner)]
    return []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_setting_that_is_named_is_one(file: Any) -> None:
    assert set(re.findall(rf"{PREFIX}[A-Z_]+", file.read_text())) <= SETTINGS


def test_containers_run_commands_that_there_are() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    cluster = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text()))
    image = re.findall(r"^CMD (\[.*\])$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    found = [*commands_in(compose), *commands_in(cluster), *map(yaml.safe_load, image)]

    assert len(found) >= 6
    assert {" ".join(words): told for words in found if (told := problem(words))} == {}


def test_the_unit_runs_a_command_that_there_is() -> None:
    (line,) = re.findall(r"^ExecStart=(.*)$", (DEPLOY / "crmhost.service").read_text(), re.MULTILINE)

    assert problem(shlex.split(line.removeprefix("/opt/crmhost/bin/"))) is None


def test_containers_are_asked_for_their_health_where_it_is_told() -> None:
    assert '"/healthz"' in (ROOT / "host" / "receiver.py").read_text()
    assert "/healthz" in (DEPLOY / "Dockerfile").read_text()


def test_no_container_of_ours_is_root_or_may_become_it() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    ours = [compose["services"][name] for name in ("crmhost", "worker")]

    assert re.search(r"^USER 10001$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert all(one["cap_drop"] == ["ALL"] and one["read_only"] for one in ours)
