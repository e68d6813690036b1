"""What pytest knows of crmhost wherever it is installed: the contract's fixtures, and the table at its end.

Nothing heavy is imported before a contract is tried: other projects' tests are started with this, too.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .house import House
    from .plugins import Plugin
    from .pool import Pool
    from .testing.capabilities import Capabilities
    from .testing.gate import Gate
    from .testing.played import Played
    from .testing.tapes import Ready, Tapes
    from .testing.under_faults import Trials


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the verdicts be written to a file."""
    group = parser.getgroup("crmhost", "the contract of crmhost's plugins")
    group.addoption("--contract-json", metavar="FILE", help="Write what became of each rule to FILE.")


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker of the rules that take longest."""
    config.addinivalue_line("markers", "each_call: something goes wrong at each call in turn; some seconds")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note which rule a test was, and what became of it."""
    report = yield
    rule = getattr(getattr(item, "function", None), "rule", None)
    if rule is not None and isinstance(item, pytest.Function):
        from .testing.table import noted

        report.user_properties += noted(rule, item.cls, report, _why(call))
    return report


def _why(call: pytest.CallInfo[Any]) -> str:
    """Return the sentence with which a test failed, or the error's last line."""
    if call.excinfo is None:
        return ""
    if isinstance(call.excinfo.value, pytest.fail.Exception):
        return str(call.excinfo.value)
    return call.excinfo.exconly().splitlines()[-1]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table of each contract that was tried, and its tier."""
    reports = [one for kind in ("passed", "failed", "error") for one in terminalreporter.stats.get(kind, [])]
    notes = [dict(getattr(one, "user_properties", ())).get("contract") for one in reports]
    if not any(notes):
        return
    from .testing.table import lines_of, tables_of, write_json

    tables = tables_of([note for note in notes if note])
    for table in tables:
        terminalreporter.section(f"the contract of {table.plugin}")
        for line in lines_of(table):
            terminalreporter.write_line(line)
    if path := config.getoption("--contract-json"):
        write_json(tables, path)


@pytest.fixture(scope="class")
def contract(request: pytest.FixtureRequest) -> Capabilities:
    """The test class, to be asked what it says of its CRM."""
    made: Capabilities = request.cls()
    return made


@pytest.fixture(scope="class")
def contract_logs() -> Iterator[None]:
    """Have what goes wrong logged in few lines: pytest shows them with a test that fails."""
    import structlog

    from .testing.logged import for_authors

    before = structlog.get_config()
    structlog.configure(processors=for_authors())
    yield
    structlog.configure(**before)


@pytest.fixture(scope="class")
def contract_plugin(contract: Capabilities, contract_logs: None) -> Plugin:  # noqa: ARG001
    """The plugin that the contract is about."""
    from .testing.rules import in_a_sentence

    with in_a_sentence():
        return contract.load()


@pytest.fixture(scope="session")
def contract_pool() -> Iterator[Pool]:
    """The connections that hooks are given."""
    from .pool import new_pool

    with new_pool() as pool:
        yield pool


@pytest.fixture(scope="class")
def contract_tapes(
    request: pytest.FixtureRequest, contract: Capabilities, contract_plugin: Plugin
) -> Iterator[Tapes]:
    """The class's cassettes, in a folder beside its file; recorded where ``--record-mode`` says so."""
    from .testing.tapes import tapes_of

    folder = request.path.parent / "cassettes" / request.cls.__name__
    mode = request.config.getoption("--record-mode") or "none"
    with tapes_of(contract, contract_plugin, folder, record=mode != "none") as tapes:
        yield tapes


@pytest.fixture(scope="class")
def contract_ready(contract_plugin: Plugin, contract_tapes: Tapes, contract_pool: Pool) -> Ready:
    """The connection that the recorded half works with, set up."""
    from .testing.played import Played
    from .testing.rules import in_a_sentence
    from .testing.tapes import Ready

    with in_a_sentence("setup"), contract_tapes.running("setup"):
        found = Played(contract_plugin, contract_pool, contract_tapes.given).setup()
    return Ready({**contract_tapes.given, **found.settings}, found)


@pytest.fixture
def played(
    request: pytest.FixtureRequest,
    contract_plugin: Plugin,
    contract_tapes: Tapes,
    contract_ready: Ready,
    contract_pool: Pool,
) -> Iterator[Played]:
    """The plugin's hooks, on the cassette that is named for the rule."""
    from .testing.played import Played

    with contract_tapes.running(request.function.rule.id) as cassette:
        yield Played(contract_plugin, contract_pool, contract_ready.values, cassette)


@pytest.fixture(scope="session")
def contract_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of the contract's own, with a Valkey of its own; nothing of this machine's settings."""
    from .testing.trial import open_empty_house

    with open_empty_house(tmp_path_factory.mktemp("contract")) as house:
        yield house


@pytest.fixture(scope="session")
def contract_gate() -> Iterator[tuple[Gate, str]]:
    """The gate that stand-ins are put behind, and its address."""
    from .server import serving
    from .testing.gate import Gate

    gate = Gate()
    with serving(gate) as address:
        yield gate, address


@pytest.fixture(scope="class")
def trials(
    contract: Capabilities, contract_plugin: Plugin, contract_house: House, contract_gate: tuple[Gate, str]
) -> Iterator[Trials]:
    """Makes trials: each a fresh stand-in behind the gate, connected."""
    from .testing.under_faults import Trials

    made = Trials(contract, contract_plugin, contract_house, *contract_gate)
    yield made
    made.close()
