"""What agents do from the card: make a lead, move it."""

from __future__ import annotations

from crmhost import Contact, Conversation, Outcome, Rejected

from .card import MOVE, actions
from .clients.leads import STAGE
from .contacts import sync_contact
from .desk import Desk
from .edits import LeadEdit
from .leads import LeadSync
from .links import ContactLinks
from .mapped import with_new_options
from .telling import Told

REFUSED = "The settings of the connection let agents do what the card offers, under «Card in Chatwoot»."


def acted(
    desk: Desk, contact: Contact, conversation: Conversation | None, action: str, value: str
) -> Outcome:
    """Do what was chosen, if it is offered now; Rejected else."""
    desk = with_new_options(desk, contact, conversation)
    told = Told()
    sync = LeadSync(desk, contact, conversation, told, is_news=desk.chatwoot is not None)
    lead = desk.leads.get(sync.link.id) if sync.link.id is not None and not sync.link.gone else None
    offered = {one.name: one for one in actions(desk.settings, lead)}
    if action not in offered:
        raise Rejected("This is not offered for this customer now.", fix=REFUSED)
    if action == MOVE and lead is not None:
        if value not in {choice.value for choice in offered[MOVE].choices}:
            raise Rejected("Krayin has no such stage in this pipeline.", fix="Open the card again.")
        return _moved(LeadEdit(desk, lead, told), int(value))
    return _made(sync, closed=lead is not None)


def _moved(edit: LeadEdit, stage_id: int) -> Outcome:
    """Move the lead to where the agent wants it, also backwards: a person decided that, no rule."""
    if edit.lead.get(STAGE) != stage_id:
        edit.change(STAGE, stage_id, "Moved from the card in Chatwoot.")
        edit.write()
    return edit.told.outcome()


def _made(sync: LeadSync, *, closed: bool) -> Outcome:
    """Make a lead, and before it the person where Krayin has none."""
    brought = Outcome()
    if ContactLinks(sync.desk.links, sync.contact.id).person.id is None:
        brought = sync_contact(sync.desk, sync.contact, sync.conversation)
        if sync.link.id is not None and not closed:
            return brought  # the lead came along
        if brought.ignored:
            raise Rejected(brought.ignored, fix="Give the customer an e-mail address or a phone number.")
    if closed:
        sync.making.number += 1
    sync.find_or_make()
    return brought + sync.told.outcome()
