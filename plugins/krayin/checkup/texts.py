"""Settings that need no Krayin to be found wrong: templates with places, rules, a number, a country."""

from __future__ import annotations

from crmhost import SettingsError

from ..mappers.phone import is_region
from ..mappers.template import amount, example_places, places_of, unknown_places
from ..settings import KrayinSettings

TEMPLATES = ("lead_title", "lead_description", "lead_value")


def check_texts(settings: KrayinSettings) -> None:
    """Refuse a place that nothing can be put into, a rule for nothing, no value, an unknown country."""
    for name in TEMPLATES:
        if unknown := unknown_places(getattr(settings, name)):
            raise SettingsError(
                f"{name} has a place {{{unknown[0]}}} that nothing can be put into.",
                fix=f"There are {example_places()}, such as {{contact.plan}}.",
            )
    for field in settings.field_rules:
        if "." in field and field not in settings.attributes:
            raise SettingsError(
                f"field_rules has a rule for {field}, which the setting attributes maps nothing to.",
                fix=f"Map it in attributes, such as {field}=contact.plan, or leave the rule out.",
            )
    value = settings.lead_value
    if not places_of(value) and amount(value) is None:
        raise SettingsError(
            f"lead_value is {value}, which Krayin does not take as a lead's value.",
            fix="It is a number from 0 to 99999999.9999, or such as {contact.deal_value}.",
        )
    if settings.phone_region and not is_region(settings.phone_region):
        raise SettingsError(
            f"phone_region is {settings.phone_region}, which is no country's two letters.",
            fix="They are such as GB, DE, IN or US.",
        )
