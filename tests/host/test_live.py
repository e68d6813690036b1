"""The live status, and what has a shell complete commands."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from rich.console import Console

from crmhost import overview
from crmhost.cli import COMMANDS, SECTIONS, crmhost
from crmhost.cli.live import drawn, show
from crmhost.cli.named import connections_there
from crmhost.house import House

from .conftest import connected
from .fake_crm import FakeCRM

BACKFILL = {
    "state": "running", "contacts": 100, "contacts_read": 50, "conversations": 0, "conversations_read": 0,
    "in_line": 10, "seconds_left": 120, "reason": None, "fix": None,
}  # fmt: skip


@pytest.fixture(autouse=True)
def logs_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave where logs go to this process: a shell that completes has one of its own."""
    monkeypatch.setattr("crmhost.logs.configure", lambda *_: None)


def written(what: Any) -> str:
    console = Console(file=io.StringIO(), width=120)
    console.print(what)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_it_shows_connections_figures_and_what_grew(lite_house: House) -> None:
    connected(lite_house)
    before = overview.status(lite_house)
    state = {**before, "deliveries": {"applied": 7, "dead": 1}}
    state["connections"] = [{**before["connections"][0], "backfill": BACKFILL}]

    said = written(drawn(state, before))

    assert "working" in said
    assert "Redis" not in said
    assert "7 (+7)" in said
    assert "50/100 contacts" in said
    assert "━" in said  # the bar


def test_it_says_what_keeps_work_waiting(lite_house: House) -> None:
    connected(lite_house)
    state = overview.status(lite_house)
    (row,) = state["connections"]
    limit = {"state": "waiting_for_limit", "until": "2026-11-26T06:30:15.000+00:00", "reason": "Used up."}
    refused = {"problem": {"state": "refused", "reason": "Webhooks are refused.", "fix": "crmhost secret 1"}}
    away = {"state": "away", "reason": "Nothing answers.", "fix": "Start it."}

    said = written(drawn({**state, "redis": away, "connections": [{**row, **limit}, {**row, **refused}]}))

    assert "Redis does not answer. Nothing answers. Start it." in said
    assert "until 06:30:15" in said
    assert "crmhost secret 1" in said


def test_it_is_drawn_until_somebody_has_seen_enough(lite_house: House) -> None:
    looks = []

    def look() -> dict[str, Any]:
        looks.append(1)
        return overview.status(lite_house)

    show(look, lambda: len(looks) >= 3, Console(file=io.StringIO()))

    assert len(looks) == 3


def test_live_and_json_do_not_go_together() -> None:
    said = CliRunner().invoke(crmhost, ["status", "--watch", "--json"])

    assert said.exit_code == 2
    assert "take one of them" in said.output


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_complete(shell: str) -> None:
    said = CliRunner().invoke(crmhost, ["completion", shell])

    assert said.exit_code == 0
    assert "_CRMHOST_COMPLETE" in said.output


def test_a_program_is_told_in_a_document() -> None:
    said = CliRunner().invoke(crmhost, ["completion", "bash", "--json"])

    assert "_CRMHOST_COMPLETE" in json.loads(said.output)["source"]


def leaves(group: click.Group, names: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Yield each command that is no group, with its whole name."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from leaves(command, (*names, name))
        elif command:
            yield " ".join((*names, name)), command


def test_every_command_can_answer_a_program() -> None:
    without = [
        name
        for name, command in leaves(crmhost)
        if not any("--json" in option.opts for option in command.params)
    ]

    assert without == []


def completed(words: str, at: int) -> list[str]:
    """Return what the shell is offered for a word; whatever else were printed would be among it."""
    env = {"_CRMHOST_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(at)}
    said = CliRunner().invoke(crmhost, prog_name="crmhost", env=env, complete_var="_CRMHOST_COMPLETE")
    return [line.partition(",")[2] for line in said.output.splitlines() if line]


def test_commands_options_and_values_are_completed() -> None:
    assert "connections" in completed("crmhost conn", 1)
    assert "--watch" in completed("crmhost status --", 2)
    assert completed("crmhost deliveries --state app", 3) == ["applied"]


def test_connections_are_completed_by_number_and_plugins_by_name(
    lite_house: House, fake: FakeCRM, monkeypatch: pytest.MonkeyPatch
) -> None:
    for account in range(3, 13):
        connected(lite_house, account)
    monkeypatch.setenv("CRMHOST_DATA_DIR", str(lite_house.settings.data_dir))
    monkeypatch.setattr("crmhost.doctor.discover", fake.plugins)
    monkeypatch.setattr("crmhost.plugins.discover", fake.plugins)

    assert completed("crmhost check 1", 2) == ["1", "10"]
    assert completed("crmhost links import 2", 3) == ["2"]
    assert completed("crmhost replay --connection 10", 3) == ["10"]
    for words in ("crmhost connect ", "crmhost stand-in fa", "crmhost plugins --schema "):
        assert completed(words, len(words.split(" ")) - 1) == ["fake"], words
    (one, *_) = connections_there(click.Context(crmhost), crmhost.params[0], "10")
    assert one.help == "Fake CRM (account 12)"


def test_where_nothing_was_started_nothing_is_completed_and_nothing_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMHOST_DATA_DIR", str(tmp_path / "none"))

    assert completed("crmhost check ", 2) == []
    assert list(tmp_path.iterdir()) == []


def test_where_connections_cannot_be_read_nothing_is_completed(
    lite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected(lite_house)
    monkeypatch.setenv("CRMHOST_DATA_DIR", str(lite_house.settings.data_dir))
    monkeypatch.setenv("CRMHOST_SECRET_KEY", Fernet.generate_key().decode())

    assert completed("crmhost check ", 2) == []


def test_help_lists_each_command_once_with_its_whole_sentence() -> None:
    said = CliRunner().invoke(crmhost, ["--help"]).output
    listed = [name for names in SECTIONS.values() for name in names]

    assert sorted(listed) == sorted(COMMANDS)
    assert "..." not in said.partition("\n")[2]
    assert said.index("Look, where something is wrong") < said.index("Connect:")
    assert "crmhost doctor looks at everything" in " ".join(said.split())


@pytest.mark.parametrize("command", ["check", "pause", "preview", "forget"])
def test_help_says_what_a_connections_number_is(command: str) -> None:
    said = CliRunner().invoke(crmhost, [command, "--help"]).output

    assert "crmhost connections lists them" in said
    assert "9223372036854775807" not in said
