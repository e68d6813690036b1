"""What a conversation does to its customer's lead: begins it, opens it, moves it on, gives it an owner."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from crmhost import Conversation

from .checkboxes import is_withheld
from .clients.leads import STAGE
from .desk import Desk
from .edits import LeadEdit
from .lead_updates import WITHHELD
from .leads import BEGAN, RULES, LeadSync
from .links import LEAD
from .mapped import with_new_options
from .mappers.lead import first_stage, place_of
from .owners import agent_email, owner_of
from .rules import Moment, Wish, asked
from .stages import move
from .telling import Told

REMEMBERED = 30
"""Conversations of one lead of which it is remembered what they have asked for: the newest."""


class Progress:
    """The lead of one conversation; ``seen`` is what its earlier events have asked for."""

    def __init__(self, desk: Desk, conversation: Conversation, told: Told) -> None:
        self.desk = with_new_options(desk, conversation.contact, conversation)
        self.settings = desk.settings
        self.conversation = conversation
        self.told = told
        self.sync = LeadSync(self.desk, conversation.contact, conversation, told, is_news=False)
        self.seen: dict[str, Any] = dict(self._remembered().get(str(conversation.id), {}))
        if WITHHELD in self.seen and not is_withheld(self.settings, "leads"):
            self.seen = dict(self.seen[WITHHELD])

    def begin(self) -> None:
        """See that a customer who is in Krayin has a lead, before the conversation is noted there."""
        person = self.sync.links.person
        if self.settings.leads and self.sync.link.id is None and person.id is not None and not person.gone:
            self.sync.find_or_make()
            self.seen |= self._remembered().get(str(self.conversation.id), {})

    def look_at_closed(self) -> None:
        """See to a lead that is won or lost when a conversation begins, where the settings say how."""
        if self.settings.closed_leads == "leave" or not self._is_there or BEGAN in self.seen:
            return
        if self.settings.lead_policy == "one_per_conversation":
            return
        lead = self.sync.read()
        if lead is not None and not (edit := LeadEdit(self.desk, lead, self.told)).is_open:
            if self.settings.closed_leads == "new":
                self.sync.making.number += 1
                self.sync.find_or_make()
            else:
                self._reopen(edit)
        self.seen[BEGAN] = True
        self._remember()

    def go_on(self, moment: Moment, changed: AbstractSet[str] = frozenset()) -> None:
        """Do what the rules want of the lead now; the same event again is no call."""
        if not self._is_there:
            return
        wanted = asked(self.settings, self.conversation, moment, self.seen, replied="first_reply" in changed)
        before = dict(self.seen)
        owner = self._new_owner()
        self.seen |= wanted.seen
        if wanted.wishes or owner is not None or not self.sync.is_known:
            self._change(wanted.wishes, owner, before)
        self._remember()
        self.sync.tell_problems()

    @property
    def _is_there(self) -> bool:
        return self.settings.leads and self.sync.link.id is not None and not self.sync.link.gone

    def _change(self, wishes: tuple[Wish, ...], owner: int | None, before: Mapping[str, Any]) -> None:
        """Change the lead; of what is withheld it is kept what had been ``seen`` before, to want it again."""
        lead = self.sync.read()
        if lead is None:
            return
        edit = LeadEdit(self.desk, lead, self.told)
        move(edit, wishes)
        if owner is not None and not lead.get("user"):
            edit.change("user_id", owner, f"{self.conversation.assignee or 'The agent'} owns it now.")
        self.sync.settle(edit)
        if edit.withheld or STAGE in edit.overdue:
            self.seen.setdefault(WITHHELD, before)
        if lead.get("user") or edit.lead.get("user"):
            self._keep({"owned": True})

    def _reopen(self, edit: LeadEdit) -> None:
        """Move the lead to where new ones go; in another pipeline than theirs, to the first stage there."""
        pipeline_id = edit.lead.get("lead_pipeline_id")
        stage_id = place_of(self.settings, self.conversation.inbox_id).stage_id
        own = {stage.id for stage in self.settings.facts.stages if stage.pipeline_id == pipeline_id}
        wanted = stage_id if stage_id in own else first_stage(self.settings, pipeline_id)
        before = dict(self.seen)
        edit.change(STAGE, wanted, "Opened again: a conversation began.")
        edit.write()
        if edit.withheld:
            self.seen.setdefault(WITHHELD, before)

    def _new_owner(self) -> int | None:
        """Return who is to own the lead, where it has no owner that we know of and the agent is a new one."""
        agent = self.conversation.assignee_id or self.conversation.assignee
        is_new = agent is not None and self.seen.get("assignee") != agent
        if not self.settings.assignee_owns_lead or self.sync.link.written.get("owned") or not is_new:
            return None
        self.seen["assignee"] = agent
        owner, lead_id = owner_of(self.desk, self.conversation), self.sync.link.id
        if owner is None and lead_id is not None:
            who = agent_email(self.desk, self.conversation) or self.conversation.assignee or "The agent"
            self.told.say(LEAD, "left", lead_id, f"{who} is no user of Krayin, so the lead gets no owner.")
        return owner

    def _remembered(self) -> Mapping[str, Any]:
        remembered: Mapping[str, Any] = self.sync.link.written.get(RULES, {})
        return remembered

    def _remember(self) -> None:
        """Keep what this conversation has asked for with the lead."""
        if self.seen != self._remembered().get(str(self.conversation.id), {}):
            every = {**self._remembered(), str(self.conversation.id): self.seen}
            newest = sorted(every, key=int)[-REMEMBERED:]
            self._keep({RULES: {key: every[key] for key in newest}})

    def _keep(self, more: Mapping[str, Any]) -> None:
        link = self.sync.link
        if link.id is not None and not link.gone:
            link.keep(link.id, {**link.written, **more})
