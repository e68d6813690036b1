"""Telling which mapped attributes of a customer could not be brought over: Krayin never shows them."""

from __future__ import annotations

from crmhost import Contact, Conversation

from .links import ENTITIES
from .mappers.attributes import attribute_problems
from .settings import KrayinSettings
from .telling import Told


def tell_misfits(
    settings: KrayinSettings, contact: Contact, conversation: Conversation | None, told: Told
) -> None:
    """Tell it beside what else was told of the person and of the lead."""
    for kind, entity in ENTITIES.items():
        ids = [int(change.remote_id) for change in told.changes if change.kind == kind]
        problems = attribute_problems(settings, entity, contact, conversation) if ids else []
        if problems:
            told.say(kind, "left", ids[-1], " ".join(problems))
