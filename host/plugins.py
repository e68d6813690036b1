"""Finding installed plugins and calling one of them: a typed face over pluggy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import importlib_metadata
import pluggy
import structlog

from . import fitness, hookspecs
from .cards import Card
from .errors import CRMHostError, SettingsError
from .fitness import Unfit
from .models import Costs, Imagined, Outcome, SetupResult
from .watch import QUICK, Raised, Watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from pydantic import BaseModel

    from .context import Context
    from .models import Choice, Contact, Conversation, PluginInfo
    from .stand_in import StandIn

GROUP = "crmhost"
AT_ONCE = 1.0
"""Seconds for what a webhook waits for: Chatwoot waits five, and sends nothing twice."""
Returned = TypeVar("Returned")
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Broken:
    """A plugin that is installed and left out, and why."""

    name: str
    package: str
    problem: str
    fix: str = ""


class Plugin:
    """One CRM's plugin; each method is the hook of that name (see ``crmhost.hookspecs``)."""

    def __init__(
        self, name: str, package: str, version: str, relay: pluggy.PluginManager, info: PluginInfo
    ) -> None:
        self.name = name
        self.package = package
        self.version = version
        self.info = info
        self.watch = Watch(name)
        self._hook = relay.hook

    def setup(self, context: Context[Any]) -> SetupResult:
        """Check a connection and find its defaults."""
        return self._needed("setup", SetupResult, context=context)

    def handle_contact(
        self, context: Context[Any], contact: Contact, conversation: Conversation | None = None
    ) -> Outcome | None:
        """Bring the CRM in step with a contact."""
        given = {"context": context, "contact": contact, "conversation": conversation}
        return self._call("handle_contact", Outcome, **given)

    def handle_conversation_created(
        self, context: Context[Any], conversation: Conversation
    ) -> Outcome | None:
        """Note in the CRM that a conversation began."""
        return self._call("handle_conversation_created", Outcome, context=context, conversation=conversation)

    def handle_conversation_resolved(
        self, context: Context[Any], conversation: Conversation
    ) -> Outcome | None:
        """Complete what the CRM holds of a conversation."""
        return self._call("handle_conversation_resolved", Outcome, context=context, conversation=conversation)

    def handle_conversation_changed(
        self, context: Context[Any], conversation: Conversation, changed: AbstractSet[str]
    ) -> Outcome | None:
        """Follow a change of a conversation."""
        given = {"context": context, "conversation": conversation, "changed": changed}
        return self._call("handle_conversation_changed", Outcome, **given)

    def wanted_changes(self, settings: BaseModel, *, chatwoot: bool) -> frozenset[str]:
        """Return the changes of conversations that the plugin has rules for."""
        given = {"settings": settings, "chatwoot": chatwoot}
        said: object = self._quickly("wanted_changes", object, patience=AT_ONCE, **given) or ()
        if isinstance(said, str) or not isinstance(said, Collection):
            raise TypeError(f"its hook wanted_changes returned a {type(said).__name__}, not a collection")
        return frozenset(said)

    def costs(self, settings: BaseModel) -> Costs | None:
        """Return what the plugin's work takes in calls, where it says so."""
        return self._perhaps("costs", Costs, settings=settings)

    def imagine(
        self, context: Context[Any], method: str, path: str, body: Any, number: int
    ) -> Imagined | None:
        """Return what the CRM has where a write would go, and what it would answer."""
        given = {"method": method, "path": path, "body": body, "number": number}
        return self._call("imagine", Imagined, context=context, **given)

    def choices(self, context: Context[Any]) -> dict[str, tuple[Choice, ...]]:
        """Return what settings can be, by their name, where the plugin can say."""
        found = self._call("choices", Mapping, context=context) or {}  # type: ignore[type-abstract]
        return {name: tuple(options) for name, options in found.items()}

    def record_url(self, settings: BaseModel, kind: str, remote_id: str) -> str | None:
        """Return where a person opens a record of the CRM, where the plugin knows."""
        return self._perhaps("record_url", str, settings=settings, kind=kind, remote_id=remote_id)

    def card(self, context: Context[Any], contact_id: int, conversation_id: int | None) -> Card | None:
        """Return what a person sees of a contact beside a conversation, where the plugin has a card."""
        given = {"contact_id": contact_id, "conversation_id": conversation_id}
        return self._call("card", Card, context=context, **given)

    def act_on_card(
        self,
        context: Context[Any],
        contact: Contact,
        conversation: Conversation | None,
        action: str,
        value: str,
    ) -> Outcome:
        """Do what a person chose on the card."""
        given = {"contact": contact, "conversation": conversation, "action": action, "value": value}
        return self._needed("act_on_card", Outcome, context=context, **given)

    @property
    def forgets(self) -> bool:
        """Whether the plugin can remove a person from its CRM."""
        return bool(self._hook.forget_contact.get_hookimpls())

    def forget_contact(
        self, context: Context[Any], contact_id: int, conversation_ids: Sequence[int]
    ) -> Outcome:
        """Remove what the CRM has of a contact."""
        given = {"contact_id": contact_id, "conversation_ids": conversation_ids}
        return self._needed("forget_contact", Outcome, context=context, **given)

    def stand_in(self) -> StandIn | None:
        """Return a stand-in for the CRM, where the plugin has one."""
        return self._quickly("stand_in", object)  # type: ignore[return-value]

    def _quickly(
        self, hook: str, returns: type[Returned], *, patience: float = QUICK, **given: Any
    ) -> Returned | None:
        """Call a hook that does no I/O: it is not waited for as long as one that does."""
        work = partial(self._call, hook, returns, **given)
        return self.watch.run(work, f"its hook {hook}", patience=patience)

    def _perhaps(self, hook: str, returns: type[Returned], **given: Any) -> Returned | None:
        """Call a hook that one can do without: where it fails it has nothing to say."""
        try:
            return self._quickly(hook, returns, **given)
        except Exception as error:  # noqa: BLE001 - a plugin may fail in any way, and the host runs on
            log.warning("a hook failed", plugin=self.name, hook=hook, error=type(error).__name__)
            return None

    def _needed(self, hook: str, returns: type[Returned], **given: Any) -> Returned:
        """Call a hook that must return something."""
        said = self._call(hook, returns, **given)
        if said is None:
            raise TypeError(f"its hook {hook} returned nothing, not a {returns.__name__}")
        return said

    def _call(self, hook: str, returns: type[Returned], **given: Any) -> Returned | None:
        """Call a hook; what it returns is what it should, or None where it has nothing to say."""
        try:
            said = getattr(self._hook, hook)(**given)
        except SystemExit as error:
            raise Raised(f"SystemExit: {error}") from error
        if said is not None and not isinstance(said, returns):
            raise TypeError(f"its hook {hook} returned a {type(said).__name__}, not a {returns.__name__}")
        return said


class Plugins:
    """All plugins found, by name; what could not be loaded is in ``broken``."""

    def __init__(self, found: Mapping[str, Plugin], broken: Iterable[Broken] = ()) -> None:
        self.found = dict(found)
        self.broken = tuple(broken)

    def __getitem__(self, name: str) -> Plugin:
        """Return the plugin of that name; say why not where it is not to be had."""
        if missing := self.missing(name):
            raise missing
        return self.found[name]

    def missing(self, name: str) -> SettingsError | None:
        """Return why a plugin is not to be had: it was left out, or it is not installed, but others are."""
        if name in self.found:
            return None
        for one in self.broken:
            if one.name == name:
                return SettingsError(f"The plugin {name} is left out: {one.problem}.", fix=one.fix)
        known = ", ".join(sorted(self.found)) or "none"
        fix = f"Install it beside crmhost: pip install crmhost-{name}."
        if close := get_close_matches(name, self.found, n=1):
            fix = f"Did you mean {close[0]}?"
        return SettingsError(f"No plugin named {name!r} is installed (found: {known}).", fix=fix)


def discover() -> Plugins:
    """Load every installed plugin, by name; one that cannot be loaded is reported and left out."""
    found: dict[str, Plugin] = {}
    broken: list[Broken] = []
    for entry in sorted(importlib_metadata.entry_points(group=GROUP), key=_order):
        package, version = _package(entry)
        try:
            if entry.name in found:
                raise _double(found[entry.name], package)
            found[entry.name] = _loaded(entry, package, version)
        except Exception as error:  # noqa: BLE001 - a plugin may fail in any way, and the host runs on
            left_out = Broken(entry.name, package, *_told(error, package))
            broken.append(left_out)
            log.warning("plugin left out", plugin=entry.name, package=package, problem=left_out.problem)
    return Plugins(found, broken)


def _order(entry: Any) -> tuple[str, str]:
    """Return what sorts entries by name, and those of one name the same way on every machine."""
    return entry.name, _package(entry)[0]


def _package(entry: Any) -> tuple[str, str]:
    return (entry.dist.name, entry.dist.version) if entry.dist else (entry.value, "")


def _loaded(entry: Any, package: str, version: str) -> Plugin:
    """Import a plugin, which may take only so long."""

    def work() -> Plugin:
        return load(entry.name, entry.load(), package, version)

    return Watch(entry.name).run(work, "importing it", patience=QUICK)


def _double(first: Plugin, package: str) -> Unfit:
    return Unfit(
        f"{first.package} has a plugin of this name already, which is used",
        fix=f"Remove one of them: pip uninstall {package}",
    )


def _told(error: Exception, package: str) -> tuple[str, str]:
    """Return what is wrong with a plugin, and what to do."""
    if isinstance(error, CRMHostError):
        return str(error), error.fix
    if isinstance(error, ModuleNotFoundError) and error.name and not error.name.startswith("crmhost."):
        return f"it needs {error.name}, which is not installed", f"pip install --force-reinstall {package}"
    if isinstance(error, ImportError) and (error.name or "").split(".")[0] == "crmhost":
        fix = f"It was written for another crmhost: pip install --upgrade crmhost {package}"
        return f"it cannot be imported ({error})", fix
    said = str(error) if isinstance(error, Raised) else f"{type(error).__name__}: {error}"
    fix = f"Report it to its authors; until it is mended: pip uninstall {package}"
    return f"it cannot be imported ({said})", fix


def load(name: str, module: object, package: str = "", version: str = "") -> Plugin:
    """Make a plugin of a module; Unfit where it cannot be used.

    Each plugin has a relay of its own: what one connection's event calls cannot reach another CRM.
    """
    info = fitness.check(module)
    relay = pluggy.PluginManager("crmhost")
    relay.add_hookspecs(hookspecs)
    relay.register(module, name)
    return Plugin(name, package, version, relay, info)
