"""The cassettes of one contract class: where they are, and whether they are played or recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_recording.network import blocking_context

from ..server import serving
from .cassettes import playing, recording
from .people import EXAMPLES
from .played import secrets_of
from .scrubbing import HOME, Scrubber

if TYPE_CHECKING:
    from vcr.cassette import Cassette

    from ..models import SetupResult
    from ..plugins import Plugin
    from .capabilities import Capabilities

OWN_SERVERS = [r".*valkey\.sock"]
"""What may be connected to while the network is blocked: another test's Valkey is looked at by its keeper."""


@dataclass(frozen=True)
class Tapes:
    """Cassettes by name; ``given`` are the settings of the CRM that answers on them."""

    folder: Path
    given: Mapping[str, Any]
    scrubber: Scrubber
    record: bool

    @contextmanager
    def running(self, name: str) -> Iterator[Cassette]:
        """Play a cassette while the block lasts, with the network blocked; or record it."""
        path = self.folder / f"{name}.yaml"
        if self.record:
            with recording(path, self.scrubber) as cassette:
                yield cassette
        else:
            with blocking_context(OWN_SERVERS), playing(path, self.scrubber) as cassette:
                yield cassette


@dataclass(frozen=True)
class Ready:
    """A connection that was set up: all its settings, and what setup said."""

    values: Mapping[str, Any]
    found: SetupResult


@contextmanager
def tapes_of(contract: Capabilities, plugin: Plugin, folder: Path, *, record: bool) -> Iterator[Tapes]:
    """Yield a class's cassettes; to record them, there is a CRM while the block lasts."""

    def of(given: Mapping[str, Any]) -> Tapes:
        secrets = secrets_of(plugin.info.settings.model_validate(dict(given)))
        return Tapes(folder, given, Scrubber(contract.people_in, kept=EXAMPLES, secrets=secrets), record)

    if not record:
        yield of(contract.make_crm().settings(HOME))
        return
    with contract.real_crm() as given:
        if given is not None:
            yield of(given)
            return
        crm = contract.make_crm()
        with serving(crm.app) as address:
            yield of(crm.settings(address))
