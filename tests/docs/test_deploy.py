"""The files in deploy/ name what there is: commands, settings, paths."""

import os
import pty
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from crmhost.settings import PREFIX, Settings

from .commands import lines, problem
from .pages import ROOT, blocks

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


def test_a_command_for_root_runs_as_the_service_does() -> None:
    unit = (DEPLOY / "crmhost.service").read_text()
    service = dict(re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE))
    command = (DEPLOY / "crmhost-command.sh").read_text()
    told = dict(re.findall(r"--property=(\w+)=(\S+)", command))

    assert {"User", "EnvironmentFile", "Environment", "WorkingDirectory"} <= set(told)
    assert told == {name: service[name] for name in told}
    assert shlex.split(service["ExecStart"])[0] in command


@pytest.mark.parametrize("on_a_terminal", [True, False])
def test_a_command_for_root_is_handed_on_with_its_words(tmp_path: Path, on_a_terminal: bool) -> None:
    told = tmp_path / "told"
    runner = tmp_path / "systemd-run"
    runner.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {told}\n')
    runner.chmod(0o755)
    inner, outer = pty.openpty() if on_a_terminal else os.pipe()

    subprocess.run(
        ["sh", DEPLOY / "crmhost-command.sh", "set", "1", "title=A  name"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        stdin=outer if on_a_terminal else inner,
        stdout=outer,
        check=True,
    )

    os.close(inner)
    os.close(outer)
    words = told.read_text().splitlines()
    assert words[-4:] == ["/opt/crmhost/bin/crmhost", "set", "1", "title=A  name"]
    assert ("--pty" in words) is on_a_terminal


def test_what_compose_wants_is_written_before_it_is_asked_for_anything() -> None:
    wanted = set(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text()))
    (steps, *_) = blocks(ROOT / "docs" / "howto" / "install-docker.md")
    typed = list(lines(steps.text))
    first = next(place for place, line in enumerate(typed) if line.startswith("docker compose"))
    written = {line.split()[1].partition("=")[0] for line in typed[:first] if line.endswith(">> .env")}

    assert wanted
    assert wanted <= written
    assert [line for line in typed if re.search(r"[^>]> \.env", line)] == []


def test_containers_are_asked_for_their_health_where_it_is_told() -> None:
    assert '"/healthz"' in (ROOT / "host" / "receiver.py").read_text()
    assert "/healthz" in (DEPLOY / "Dockerfile").read_text()


def test_no_container_of_ours_is_root_or_may_become_it() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    ours = [compose["services"][name] for name in ("crmhost", "worker")]

    assert re.search(r"^USER 10001$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert all(one["cap_drop"] == ["ALL"] and one["read_only"] for one in ours)
