"""What a connection shows of its settings, in words: those that the plugin says are to be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import declared
from .words import gettext as _

if TYPE_CHECKING:
    from ..house import House
    from ..store.connections import CRMConnection


def shown(house: House, one: CRMConnection) -> list[tuple[str, str]]:
    """Return title and value of each that is set, or is so by itself; nothing while there is no plugin."""
    plugin = house.plugins.found.get(one.plugin)
    if plugin is None:
        return []
    model = plugin.info.settings
    fields = {name: model.model_fields[name] for name in declared.visible(model)}
    values = {name: one.settings.get(name, field.default) for name, field in fields.items()}
    return [
        (_(fields[name].title or name), said) for name, value in values.items() if (said := spoken(value))
    ]


def spoken(value: Any) -> str:
    """Return a value as a person reads it; of what is not set nothing."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        return ", ".join(map(spoken, value))
    return "" if value is None else _(str(value).replace("_", " "))
