"""`crmhost connect` offers to show the card in Chatwoot: asked of a person, and of nobody else."""

from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from crmhost.chatwoot.sandbox import ChatwootSandbox
from crmhost.cli.connect import CARD, connect
from crmhost.house import House


@pytest.fixture(name="house")
def opened(lite_house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The house that the command opens."""

    settings = lite_house.settings.model_copy(update={"base_url": "https://sync.example.com"})
    with closing(replace(lite_house, settings=settings)) as known:
        monkeypatch.setattr("crmhost.cli.connect.house_of", lambda: nullcontext(known))
        yield known


@pytest.fixture(params=[True])
def terminal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who sits there, or a pipe."""
    stdin = SimpleNamespace(isatty=lambda: request.param, read=lambda: "")
    monkeypatch.setattr("crmhost.cli.connect.sys", SimpleNamespace(stdin=stdin))


def connecting(sandbox: ChatwootSandbox, address: str, *more: str, said: str = "") -> Result:
    """Type the command, and answer what it asks."""
    chatwoot = ["--chatwoot-url", address, "--chatwoot-token", sandbox.make_token()]
    words = ["fake", "--account", "3", "--set", "token=t0ken", *chatwoot, *more]
    ended = CliRunner().invoke(connect, words, input=said)
    assert ended.exit_code == 0, ended.output
    return ended


@pytest.mark.usefixtures("house", "terminal")
@pytest.mark.parametrize(("said", "shown"), [("\n", 1), ("y\n", 1), ("n\n", 0)])
def test_a_person_is_asked(sandbox: ChatwootSandbox, address: str, said: str, shown: int) -> None:
    assert CARD in connecting(sandbox, address, said=said).output
    assert len(sandbox.state.dashboard_apps) == shown


@pytest.mark.usefixtures("house", "terminal")
@pytest.mark.parametrize(("more", "shown"), [(["--card"], 1), (["--no-card"], 0), (["--json"], 0)])
def test_who_has_said_it_is_not_asked(
    sandbox: ChatwootSandbox, address: str, more: list[str], shown: int
) -> None:
    assert CARD not in connecting(sandbox, address, *more).output
    assert len(sandbox.state.dashboard_apps) == shown


@pytest.mark.usefixtures("house", "terminal")
@pytest.mark.parametrize("terminal", [False], indirect=True)
def test_where_nobody_sits_there_nobody_is_asked(sandbox: ChatwootSandbox, address: str) -> None:
    assert CARD not in connecting(sandbox, address).output
    assert sandbox.state.dashboard_apps == {}


@pytest.mark.usefixtures("house", "terminal")
def test_without_chatwoots_token_there_is_nothing_to_offer(sandbox: ChatwootSandbox) -> None:
    ended = CliRunner().invoke(connect, ["fake", "--account", "3", "--set", "token=t0ken"])

    assert ended.exit_code == 0
    assert CARD not in ended.output
    assert sandbox.state.dashboard_apps == {}
