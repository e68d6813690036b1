"""Finding installed plugins and calling one of them: a typed face over pluggy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import importlib_metadata
import pluggy
import structlog

from . import hookspecs
from .errors import SettingsError
from .models import PluginInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from pydantic import BaseModel

    from .context import Context
    from .models import Choice, Contact, Conversation, Costs, Imagined, Outcome, SetupResult
    from .stand_in import StandIn

GROUP = "crmhost"
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Broken:
    """A plugin that is installed and left out, and why."""

    name: str
    package: str
    problem: str


class Plugin:
    """One CRM's plugin; each method is the hook of that name (see ``crmhost.hookspecs``)."""

    def __init__(self, name: str, package: str, version: str, relay: pluggy.PluginManager) -> None:
        self.name = name
        self.package = package
        self.version = version
        self._hook = relay.hook
        self.info: PluginInfo = self._hook.info()

    def setup(self, context: Context[Any]) -> SetupResult:
        """Check a connection and find its defaults."""
        return cast("SetupResult", self._hook.setup(context=context))

    def handle_contact(
        self, context: Context[Any], contact: Contact, conversation: Conversation | None = None
    ) -> Outcome:
        """Bring the CRM in step with a contact."""
        call = self._hook.handle_contact
        return cast("Outcome", call(context=context, contact=contact, conversation=conversation))

    def handle_conversation_created(self, context: Context[Any], conversation: Conversation) -> Outcome:
        """Note in the CRM that a conversation began."""
        call = self._hook.handle_conversation_created
        return cast("Outcome", call(context=context, conversation=conversation))

    def handle_conversation_resolved(self, context: Context[Any], conversation: Conversation) -> Outcome:
        """Complete what the CRM holds of a conversation."""
        call = self._hook.handle_conversation_resolved
        return cast("Outcome", call(context=context, conversation=conversation))

    def handle_conversation_changed(
        self, context: Context[Any], conversation: Conversation, changed: AbstractSet[str]
    ) -> Outcome:
        """Follow a change of a conversation."""
        call = self._hook.handle_conversation_changed
        return cast("Outcome", call(context=context, conversation=conversation, changed=changed))

    def wanted_changes(self, settings: BaseModel, *, chatwoot: bool) -> frozenset[str]:
        """Return the changes of conversations that the plugin has rules for."""
        return frozenset(self._hook.wanted_changes(settings=settings, chatwoot=chatwoot) or ())

    def costs(self, settings: BaseModel) -> Costs | None:
        """Return what the plugin's work takes in calls, where it says so."""
        return cast("Costs | None", self._hook.costs(settings=settings))

    def imagine(
        self, context: Context[Any], method: str, path: str, body: Any, number: int
    ) -> Imagined | None:
        """Return what the CRM has where a write would go, and what it would answer."""
        call = self._hook.imagine
        said = call(context=context, method=method, path=path, body=body, number=number)
        return cast("Imagined | None", said)

    def choices(self, context: Context[Any]) -> dict[str, tuple[Choice, ...]]:
        """Return what settings can be, by their name, where the plugin can say."""
        found = self._hook.choices(context=context) or {}
        return {name: tuple(options) for name, options in found.items()}

    def record_url(self, settings: BaseModel, kind: str, remote_id: str) -> str | None:
        """Return where a person opens a record of the CRM, where the plugin knows."""
        return cast("str | None", self._hook.record_url(settings=settings, kind=kind, remote_id=remote_id))

    @property
    def forgets(self) -> bool:
        """Whether the plugin can remove a person from its CRM."""
        return bool(self._hook.forget_contact.get_hookimpls())

    def forget_contact(
        self, context: Context[Any], contact_id: int, conversation_ids: Sequence[int]
    ) -> Outcome:
        """Remove what the CRM has of a contact."""
        call = self._hook.forget_contact
        return cast(
            "Outcome", call(context=context, contact_id=contact_id, conversation_ids=conversation_ids)
        )

    def stand_in(self) -> StandIn | None:
        """Return a stand-in for the CRM, where the plugin has one."""
        return cast("StandIn | None", self._hook.stand_in())


class Plugins:
    """All plugins found, by name; what could not be loaded is in ``broken``."""

    def __init__(self, found: Mapping[str, Plugin], broken: Iterable[Broken] = ()) -> None:
        self.found = dict(found)
        self.broken = tuple(broken)

    def __getitem__(self, name: str) -> Plugin:
        """Return the plugin of that name; say which there are where it is not one of them."""
        if plugin := self.found.get(name):
            return plugin
        known = ", ".join(sorted(self.found)) or "none"
        raise SettingsError(
            f"No plugin named {name!r} is installed (found: {known}).",
            fix=f"Install it beside crmhost: pip install crmhost-{name}.",
        )


def discover() -> Plugins:
    """Load every installed plugin, by name; one that cannot be loaded is reported and left out."""
    found: dict[str, Plugin] = {}
    broken: list[Broken] = []
    for entry in sorted(importlib_metadata.entry_points(group=GROUP), key=lambda one: one.name):
        package, version = (entry.dist.name, entry.dist.version) if entry.dist else (entry.value, "")
        if entry.name in found:
            problem = f"{found[entry.name].package} has a plugin of this name already"
        else:
            try:
                found[entry.name] = load(entry.name, entry.load(), package, version)
                continue
            except Exception as error:  # noqa: BLE001 - a plugin may fail in any way, and the host runs on
                problem = f"{type(error).__name__}: {error}"
        broken.append(Broken(entry.name, package, problem))
        log.warning("plugin left out", plugin=entry.name, package=package, problem=problem)
    return Plugins(found, broken)


def load(name: str, module: object, package: str = "", version: str = "") -> Plugin:
    """Make a plugin of a module; an unknown hook, or one without ``info``, is refused.

    Each plugin has a relay of its own: what one connection's event calls cannot reach another CRM.
    """
    relay = pluggy.PluginManager("crmhost")
    relay.add_hookspecs(hookspecs)
    relay.register(module, name)
    relay.check_pending()
    if not relay.hook.info.get_hookimpls():
        raise ValueError("it does not implement the hook info")
    plugin = Plugin(name, package, version, relay)
    if not isinstance(plugin.info, PluginInfo):
        raise TypeError("its hook info does not return a PluginInfo")
    return plugin
