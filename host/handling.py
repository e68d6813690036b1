"""What is done for one delivery: its hook is called, and first its contact's where that was never seen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from .chatwoot.transport import UNREADABLE_FIX
from .errors import Rejected
from .fold import CONTACT_KINDS
from .models import Contact, Conversation, Outcome
from .store.attempts import AGAIN
from .validation import first_problem, wanted_changes
from .webhooks import conversation_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from .context import Context
    from .plugins import Plugins
    from .store.connections import CRMConnection
    from .store.deliveries import Delivery

Record = TypeVar("Record", Contact, Conversation)


class Handling:
    """One delivery in its plugin's hands.

    ``stranger`` is true of a conversation's event whose contact the plugin wants nothing to do with;
    ``handed`` is what the plugin was handed beside the delivery itself.
    """

    def __init__(
        self, plugins: Plugins, connection: CRMConnection, delivery: Delivery, changed: frozenset[str]
    ) -> None:
        self.stranger = False
        again = {AGAIN: True} if AGAIN in (delivery.attempted or {}) else {}
        self.handed: dict[str, Any] = {"changed": sorted(changed), **again}
        self._plugins = plugins
        self._plugin = plugins[connection.plugin]
        self._connection = connection
        self._delivery = delivery
        self._changed = changed

    def run(self, context: Context[Any]) -> Outcome:
        """Call the hook; return what the plugin did."""
        if self._delivery.kind in CONTACT_KINDS:
            return self._apply_contact(context, self._read(Contact, self._delivery.payload), None)
        hook = self._conversation_hook()
        if hook is None:
            return Outcome(ignored="No rule in the settings is about what changed.")
        conversation = self._read(Conversation, conversation_in(self._delivery.payload))
        brought = self._bring_contact(context, conversation)
        if brought.ignored:
            self.stranger = True
            return brought
        return brought + _said(hook(context, conversation))

    def _conversation_hook(self) -> Callable[[Context[Any], Conversation], Outcome | None] | None:
        """Return the hook that this delivery is for; None for a change that is not wanted any more."""
        if self._delivery.kind == "conversation_created":
            return self._plugin.handle_conversation_created
        if self._delivery.kind == "conversation_resolved":
            return self._plugin.handle_conversation_resolved
        wanted = self._changed & wanted_changes(self._plugins, self._connection)
        return partial(self._plugin.handle_conversation_changed, changed=wanted) if wanted else None

    def _read(self, model: type[Record], payload: Any) -> Record:
        """Read what Chatwoot sent; what cannot be read is for a person to see."""
        try:
            return model.model_validate(payload)
        except ValidationError as error:
            message = f"Chatwoot's {self._delivery.kind} cannot be read: {first_problem(error)}."
            raise Rejected(message, fix=UNREADABLE_FIX) from error

    def _bring_contact(self, context: Context[Any], conversation: Conversation) -> Outcome:
        """Handle a contact never seen before its conversation; a known one is left to its own events."""
        record = f"contact:{self._delivery.contact_id}"
        if any(context.links.get(record, kind) for kind in self._plugin.info.kinds):
            return Outcome()
        return self._apply_contact(context, conversation.contact, conversation)

    def _apply_contact(
        self, context: Context[Any], told: Contact, conversation: Conversation | None
    ) -> Outcome:
        """Apply the contact as Chatwoot has it now: a webhook is a notice, its API is the truth."""
        contact = self._contact_now(context, told)
        if contact is None:
            return Outcome(ignored=f"Contact {told.id} is gone in Chatwoot: merged into another, or deleted.")
        self.handed["contact"] = contact.model_dump(mode="json")
        return _said(self._plugin.handle_contact(context, contact, conversation))

    def _contact_now(self, context: Context[Any], told: Contact) -> Contact | None:
        """Return the contact as it is; where an earlier attempt may have written it, as it was then.

        A plugin tells our changes from the sales team's by what we last wrote. Of a write whose end is
        not known that is found out by doing the same again; then what is newer can follow.
        """
        before = (self._delivery.attempted or {}).get("contact")
        if before is not None:
            return Contact.model_validate(before)
        return context.chatwoot.contact(told.id) if context.chatwoot else told


def _said(outcome: Outcome | None) -> Outcome:
    """Return the hook's outcome; a plugin without the hook wants nothing to do with the event."""
    return outcome if outcome is not None else Outcome(ignored="The plugin does not handle this event.")
