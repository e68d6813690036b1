"""The rules for input: attributes' own, and Laravel's sentences for what broke them."""

import re
from collections import defaultdict
from typing import Any, NoReturn

from .call import Call
from .failures import Invalid
from .mariadb import equals
from .php import entries, is_blank
from .state import Row
from .tables import value_column
from .times import is_plain_date, parsed

_TAKEN = "The value has already been taken."
_ATOM = r"[^\s@\"(),:;<>\[\]\\.]+"
_LABEL = r"[^\s@\"(),:;<>\[\]\\._!#$%&'*+/=?^`{|}~-](?:[^\s@\"(),:;<>\[\]\\.!#$%&'*+/=?^`{|}~]*)"
_EMAIL = re.compile(rf'({_ATOM}(\.{_ATOM})*|"[^"\\\r\n]*")@({_LABEL}(\.{_LABEL})*|\[[^\]\s]+\])')


class Findings:
    """The sentences found so far, by field and in order."""

    def __init__(self) -> None:
        self._errors: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, field: str, sentence: str) -> None:
        """Note what is wrong with a field."""
        self._errors[field].append(sentence)

    def require(self, field: str, value: Any) -> bool:
        """Note a missing value; tell whether it is there."""
        if is_blank(value):
            self.add(field, f"The {spoken(field)} field is required.")
        return not is_blank(value)

    def refuse(self) -> None:
        """End the request if anything was found."""
        if self._errors:
            sentences = [sentence for found in self._errors.values() for sentence in found]
            raise Invalid(_summary(sentences), errors=dict(self._errors))


def _summary(sentences: list[str]) -> str:
    more = len(sentences) - 1
    return sentences[0] + (f" (and {more} more error{'s' * (more > 1)})" if more else "")


def spoken(field: str) -> str:
    """Say a field's name as sentences do; those inside lists are left as they are."""
    return field if re.search(r"\.\d+\.", field) else field.replace("_", " ")


def refuse_field(field: str, sentence: str) -> NoReturn:
    """End the request for one field."""
    raise Invalid(sentence, errors={field: [sentence]})


def require(data: dict[str, Any], *fields: str) -> None:
    """End the request if one of the fields is missing."""
    findings = Findings()
    for field in fields:
        findings.require(field, data.get(field))
    findings.refuse()


class AttributeRules:
    """The rules that come from attribute definitions (AttributeForm and LeadForm)."""

    def __init__(self, call: Call, findings: Findings, own_id: Any, prefix: str = "") -> None:
        self._call = call
        self._findings = findings
        self._own_id = own_id
        self._prefix = prefix

    def check(self, entity_type: str, data: dict[str, Any], *, quick: bool) -> None:
        """Check the fields that are in the data; what is missing is not missed."""
        rows = self._call.state.attributes.where(entity_type=entity_type)
        wanted = [row for row in rows if row["code"] in data and (row["quick_add"] or not quick)]
        for row in sorted(wanted, key=lambda attribute: str(attribute["code"])):
            self._check_one(row, data[row["code"]])

    def _check_one(self, attribute: Row, value: Any) -> None:
        if attribute["type"] in ("email", "phone"):
            self._check_list(attribute, value)
        elif attribute["type"] not in ("boolean", "address"):
            self._check_plain(attribute, self._prefix + attribute["code"], value)

    def _check_plain(self, attribute: Row, field: str, value: Any) -> None:
        if attribute["is_required"] and not self._findings.require(field, value):
            return
        if is_blank(value):
            return
        is_decimal = attribute["type"] == "price" or attribute["validation"] == "decimal"
        if is_decimal and not re.fullmatch(r"\d*(\.\d{1,4})?", str(value)):
            self._findings.add(field, f"The {field} must be a decimal.")
        self._check_unique(attribute, field, value)

    def _check_list(self, attribute: Row, value: Any) -> None:
        field, required = self._prefix + attribute["code"], attribute["is_required"]
        if required:
            self._findings.require(field, value)
        for key, item in entries(value):
            self._check_item(attribute, f"{field}.{key}.value", _part(item, "value"))
        for key, item in entries(value):
            if required:
                self._findings.require(f"{field}.{key}.label", _part(item, "label"))

    def _check_item(self, attribute: Row, field: str, value: Any) -> None:
        if attribute["is_required"] and not self._findings.require(field, value):
            return
        if is_blank(value):
            return
        if attribute["type"] == "email" and not _EMAIL.fullmatch(str(value)):
            self._findings.add(field, f"The {field} must be a valid email address.")
        self._check_unique(attribute, field, value)

    def _check_unique(self, attribute: Row, field: str, value: Any) -> None:
        if attribute["is_unique"] and not self._is_unique(attribute, value):
            self._findings.add(field, _TAKEN)

    def _is_unique(self, attribute: Row, value: Any) -> bool:
        rows = self._call.state.attribute_values.with_attribute(attribute["id"])
        others = [row for row in rows if self._own_id is None or str(row["entity_id"]) != str(self._own_id)]
        column = value_column(attribute)
        if attribute["type"] in ("email", "phone"):
            return not any(_contains(row[column], value) for row in others)
        kind = self._call.state.attribute_values.columns[column]
        return not any(equals(kind, row[column], value) for row in others)


def _part(item: Any, key: str) -> Any:
    return item.get(key) if isinstance(item, dict) else None


def _contains(kept: Any, value: Any) -> bool:
    """Look for a value as JSON_CONTAINS does: case counts, and number or text (recordings 61, 608)."""
    items = kept if isinstance(kept, list) else [item for _, item in entries(kept)]
    for item in items:
        if isinstance(item, dict) and item.get("value") == value and type(item["value"]) is type(value):
            return True
    return False


def check_attributes(call: Call, entity_type: str, data: dict[str, Any], route_id: str | None = None) -> None:
    """Check a person or an organization; an id in the body replaces the address's (recording 170)."""
    findings = Findings()
    own_id = call.input.get("id", route_id)
    AttributeRules(call, findings, own_id).check(entity_type, data, quick="quick_add" in data)
    findings.refuse()


def check_lead(call: Call, data: dict[str, Any], route_id: str | None = None) -> None:
    """Check a lead and the person nested in it."""
    findings, quick = Findings(), "quick_add" in data
    nested = data.get("person") or {}
    closing = "expected_close_date" if call.profile.checks_closing_date else ""
    fields = {key: value for key, value in data.items() if key != closing}
    AttributeRules(call, findings, call.input.get("id", route_id)).check("leads", fields, quick=quick)
    AttributeRules(call, findings, nested.get("id"), "person.").check("persons", nested, quick=quick)
    if closing in data:
        _check_closing(call, findings, data[closing])
    findings.refuse()


def _check_closing(call: Call, findings: Findings, value: Any) -> None:
    field, yesterday = "expected_close_date", call.times.yesterday()
    if isinstance(value, str) and is_blank(value):
        return
    if not is_plain_date(value):
        findings.add(field, "The expected close date does not match the format Y-m-d.")
    moment = parsed(value) if isinstance(value, str) else None
    if moment is None or moment.strftime("%Y-%m-%d") <= yesterday:
        findings.add(field, f"The expected close date must be a date after {yesterday}.")
