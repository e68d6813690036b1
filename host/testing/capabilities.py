"""What a plugin's test says of its CRM: what that can, a stand-in for it, and little else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

from ..errors import SettingsError
from ..plugins import Plugin, discover
from .crm import OpenCRM
from .gate import Told
from .scrubbing import people_in


class Capabilities:
    """Declared by each plugin's test class. What a CRM cannot costs a tier where it costs a promise."""

    plugin = ""
    """The plugin's name: that of its entry point."""
    has_organizations = False
    """Whether customers are put into organizations."""
    has_upsert = False
    """Whether the CRM takes a customer in one call, new or known."""
    has_merge = False
    """Whether the CRM's people can merge two customers into one."""
    activities_findable = True
    """Whether an activity whose id never arrived can be found again."""
    activities_per_conversation = 1
    """How many activities a conversation is that began and was resolved."""

    def make_crm(self) -> OpenCRM:
        """Return a fresh stand-in for the CRM, one that can be looked into and disturbed."""
        raise NotImplementedError("make_crm returns a stand-in for your CRM, a crmhost.testing.OpenCRM.")

    def __init_subclass__(cls, **more: Any) -> None:
        """Refuse a declaration that is nearly one of ours: it would be passed over in silence."""
        super().__init_subclass__(**more)
        known = [name for name in vars(Capabilities) if name.startswith(("has_", "activities_"))]
        for name in vars(cls):
            if name not in known and (near := get_close_matches(name, known, n=1, cutoff=0.85)):
                raise TypeError(f"{cls.__name__} declares {name}, which is nothing: is it {near[0]}?")

    # What a plugin's test may say otherwise

    def load(self) -> Plugin:
        """Return the plugin, as it is installed."""
        plugins = discover()
        for left_out in plugins.broken:
            if left_out.name == self.plugin:
                raise SettingsError(f"{left_out.name} is left out: {left_out.problem}", fix=left_out.fix)
        return plugins[self.plugin]

    @contextmanager
    def real_crm(self) -> Iterator[Mapping[str, Any] | None]:
        """Yield the settings of a real CRM to record from, and clean it after; None: the stand-in is."""
        yield None

    def people_in(self, value: Any) -> Iterator[tuple[str, str]]:
        """Yield what is personal in the CRM's JSON, each text with its kind (see ``Scrubber``)."""
        return people_in(value)

    def throttled(self, seconds: int | None) -> Told:
        """Return how the CRM says that it is asked too often, and for how many seconds, if it does."""
        return Told(429, {} if seconds is None else {"Retry-After": str(seconds)})

    def time_passes(self, seconds: float) -> None:
        """Move the plugin's own clock on, where it has one: nothing waits in the contract."""
