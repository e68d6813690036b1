"""The quickstart's commands, typed in its order, bring customers into the CRM."""

import json
import re
import shlex
import socket
import time
from pathlib import Path

import pytest

from ..processes import run, running
from .pages import ALL_BLOCKS, ROOT

PAGE = ROOT / "docs/quickstart.md"
TYPED = [line for block in ALL_BLOCKS if block.page == PAGE for line in block.text.splitlines()]


def command(start: str, **instead: str) -> list[str]:
    """Return the words of the page's first command that begins so, with other words instead of some."""
    line = next(line for line in TYPED if line.startswith(f"crmhost {start}"))
    for word, other in instead.items():
        line = line.replace(word, other)
    return shlex.split(line.partition(" > ")[0])


def free_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


@pytest.mark.slow
def test_the_quickstart_brings_customers_into_the_crm(tmp_path: Path) -> None:
    ours, krayins, chatwoots = free_port(), free_port(), free_port()
    ports = {"8000": ours, "8081": krayins, "3000": chatwoots}
    (tmp_path / ".env").write_text(run(tmp_path, *command("init", **ports)).out)
    stand_in = running(tmp_path, command("stand-in", **ports), r"api_token=(\S+)")
    chatwoot = running(
        tmp_path, command("chatwoot-sandbox", **{**ports, "--every 5": "--every 0.2"}), r"token: (\S+)"
    )

    with stand_in as krayins_token, chatwoot as chatwoots_token:
        tokens = {"KRAYINS_TOKEN": krayins_token.strip("'"), "CHATWOOTS_TOKEN": chatwoots_token}
        connected = run(tmp_path, *(_filled(word, tokens) for word in command("connect", **ports)))
        assert connected.status == 0, connected.err
        with running(tmp_path, [*command("serve"), "--port", ours], r"listens on (\S+)"):
            applied = _wait_for_applied(tmp_path)
            assert run(tmp_path, *command("status")).status == 0

    assert {change["kind"] for delivery in applied for change in delivery["changes"]} >= {"person", "lead"}


def test_the_quickstart_shows_the_screens_where_they_open() -> None:
    steps = re.split(r"^## (\d)\..*$", PAGE.read_text(), flags=re.MULTILINE)
    shown = {
        number: re.findall(r"!\[.+\]\(screens/(\w+)[\w-]*\.png\)", text)
        for number, text in zip(steps[1::2], steps[2::2], strict=True)
    }

    assert (shown["2"], shown["3"]) == (["connect"], ["overview", "story", "story"])


def _filled(word: str, tokens: dict[str, str]) -> str:
    return re.sub("|".join(tokens), lambda found: tokens[found[0]], word)


def _wait_for_applied(folder: Path) -> list[dict[str, list[dict[str, str]]]]:
    """Return the deliveries that were applied, once there are some."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        told = run(folder, *command("deliveries"), "--state", "applied", "--json")
        if rows := json.loads(told.out)["deliveries"]:
            return list(rows)
        time.sleep(0.5)
    raise AssertionError("nothing was applied within a minute")
