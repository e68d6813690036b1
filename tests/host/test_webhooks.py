"""Reading webhooks: every body that Chatwoot sends, and those that others make up."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmhost import CHANGES, Conversation, DeliveryRefused
from crmhost.demo import payloads
from crmhost.fold import CONTACT_KINDS
from crmhost.signatures import WINDOW, sign, verify
from crmhost.webhooks import CHANGE_OF, Event, classify, conversation_in, parse

from ..conftest import PAYLOADS

VECTOR = json.loads((PAYLOADS / "_signature_vector.json").read_text())
BODY = VECTOR["raw_body"].encode()
HEADERS = {name.lower(): value for name, value in VECTOR["headers"].items()}
SENT_AT = float(HEADERS["x-chatwoot-timestamp"])


def changed(name: str, version: float, *what: str, conversation: int = 731) -> Event:
    return Event(name, "conversation_changed", 5821, conversation, version, frozenset(what))


CLASSIFIED: dict[str, Event] = {
    "contact_created": Event("contact_created", "contact_created", 5821, None, 0.0),
    "contact_created.anonymous_visitor": Event("contact_created"),
    "contact_updated": Event("contact_updated", "contact_updated", 5821, None, 1781774056.305),
    "contact_updated.activity_only": Event("contact_updated"),
    "contact_updated.custom_attributes": Event(
        "contact_updated", "contact_updated", 5821, None, 1781774861.305
    ),
    "contact_updated.external_id_echo": Event(
        "contact_updated", "contact_updated", 5821, None, 1781773965.305
    ),
    "conversation_created": Event("conversation_created", "conversation_created", 5821, 731, 1781773961.305),
    "conversation_created.no_messages": Event(
        "conversation_created", "conversation_created", 5821, 732, 1781773961.305
    ),
    "conversation_status_changed": Event(
        "conversation_status_changed", "conversation_resolved", 5821, 731, 1781774261.305
    ),
    "conversation_updated.resolved": Event(
        "conversation_updated", "conversation_resolved", 5821, 731, 1781774261.305
    ),
    "conversation_status_changed.reopened": changed("conversation_status_changed", 1781781161.305, "status"),
    "conversation_status_changed.pending": changed("conversation_status_changed", 1781773961.305, "status"),
    "conversation_status_changed.snoozed": changed("conversation_status_changed", 1781773961.305, "status"),
    "conversation_updated": changed("conversation_updated", 1781773973.305, "assignee", "team"),
    "conversation_updated.custom_attributes": changed(
        "conversation_updated", 1781774011.305, "custom_attributes"
    ),
    "conversation_updated.labels": changed("conversation_updated", 1781774001.305, "labels"),
    "conversation_updated.priority": changed("conversation_updated", 1781774016.305, "priority"),
    "message_created": changed("message_created", 1781773961.305, "message"),
    "message_created.outgoing": changed("message_created", 1781774031.305, "message"),
    "message_created.private_note": changed("message_created", 1781774041.305, "message"),
    "message_created.template": changed("message_created", 1781773963.305, "message"),
    "message_created.agent_bot": changed("message_created", 1781773964.305, "message"),
    "message_created.attachments": changed("message_created", 1781774361.305, "message", conversation=733),
    "legacy/conversation_created.before_4_14_2": Event(
        "conversation_created", "conversation_created", 5821, 731, 1781773961.305
    ),
    "legacy/conversation_status_changed.before_4_14_2": Event(
        "conversation_status_changed", "conversation_resolved", 5821, 731, 1781774261.305
    ),
    "agent_bot/conversation_resolved": Event("unknown"),
    "agent_bot/conversation_opened": Event("unknown"),
}
"""What the payloads mean; those not named here are counted by their event and nothing else."""


def payload_names() -> list[str]:
    files = sorted(set(PAYLOADS.rglob("*.json")) - set(PAYLOADS.glob("rest/*")))
    return [str(f.relative_to(PAYLOADS).with_suffix("")) for f in files if not f.name.startswith("_")]


@pytest.mark.parametrize("name", payload_names())
def test_every_payload_is_classified(name: str) -> None:
    payload = json.loads((PAYLOADS / f"{name}.json").read_text())

    event = classify(payload)

    assert replace(event, told=None) == CLASSIFIED.get(name, Event(payload["event"]))
    assert (event.told is not None) == (event.kind in CONTACT_KINDS)


def test_the_real_signature_is_accepted() -> None:
    verify(HEADERS, BODY, secrets=[VECTOR["secret"]], unsigned=False, now=SENT_AT)


def test_our_own_signature_is_the_real_one() -> None:
    assert sign(VECTOR["secret"], HEADERS["x-chatwoot-timestamp"], BODY) == HEADERS["x-chatwoot-signature"]


def test_either_secret_is_valid_during_a_rotation() -> None:
    for secrets in (["new", VECTOR["secret"]], [VECTOR["secret"], "old"]):
        verify(HEADERS, BODY, secrets=secrets, unsigned=False, now=SENT_AT)


def refused(
    headers: dict[str, str] = HEADERS,
    body: bytes = BODY,
    secrets: tuple[str, ...] = (VECTOR["secret"],),
    now: float = SENT_AT,
) -> str:
    with pytest.raises(DeliveryRefused) as refusal:
        verify(headers, body, secrets=secrets, unsigned=False, now=now)
    assert refusal.value.status == 401
    return refusal.value.reason


def test_a_body_serialised_again_is_refused_and_named() -> None:
    assert refused(body=json.dumps(json.loads(BODY)).encode()) == "reserialised"


def test_a_wrong_secret_is_refused() -> None:
    assert refused(secrets=("other",)) == "bad_signature"


def test_a_signature_without_its_scheme_is_refused() -> None:
    bare = HEADERS["x-chatwoot-signature"].removeprefix("sha256=")
    assert refused({**HEADERS, "x-chatwoot-signature": bare}) == "bad_signature"


def test_a_webhook_without_signature_is_refused() -> None:
    headers = {name: value for name, value in HEADERS.items() if name != "x-chatwoot-signature"}
    assert refused(headers) == "unsigned"


def test_a_webhook_whose_secret_is_not_known_yet_is_refused() -> None:
    assert refused(secrets=()) == "no_secret"


@pytest.mark.parametrize("off", [-WINDOW - 1, WINDOW + 1])
def test_an_old_or_future_timestamp_is_refused(off: float) -> None:
    assert refused(now=SENT_AT + off) == "old_timestamp"


@pytest.mark.parametrize("off", [-WINDOW, WINDOW])
def test_a_clock_that_is_five_minutes_off_is_accepted(off: float) -> None:
    verify(HEADERS, BODY, secrets=[VECTOR["secret"]], unsigned=False, now=SENT_AT + off)


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1e9", "9" * 5000])
def test_a_signed_timestamp_that_is_no_time_is_refused(timestamp: str) -> None:
    headers = {"x-chatwoot-timestamp": timestamp, "x-chatwoot-signature": sign("s", timestamp, BODY)}
    assert refused(headers, secrets=("s",)) == "old_timestamp"


def test_unsigned_is_accepted_where_the_connection_says_so() -> None:
    verify({}, BODY, secrets=[], unsigned=True, now=SENT_AT)


def test_a_forged_signature_is_refused_also_where_unsigned_is_accepted() -> None:
    with pytest.raises(DeliveryRefused, match="does not fit"):
        verify(HEADERS, BODY, secrets=["other"], unsigned=True, now=SENT_AT)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"NaN", b'{"event":"x","n":NaN}', b"[" * 100_000])
def test_a_body_that_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(DeliveryRefused) as refusal:
        parse(body)
    assert refusal.value.reason == "not_json"


RESOLVED = {
    "event": "conversation_status_changed",
    "id": 7,
    "status": "resolved",
    "meta": {"sender": {"id": 5}},
}


@pytest.mark.parametrize("body", [b"[]", b"1", b"{}", b'{"event":null}'])
def test_json_that_is_not_a_webhook_is_refused(body: bytes) -> None:
    with pytest.raises(DeliveryRefused) as refusal:
        parse(body)
    assert refusal.value.reason == "unreadable"


@pytest.mark.parametrize(
    "payload",
    [
        {"event": "contact_created", "email": "a@example.com"},
        {"event": "contact_created", "email": "a@example.com", "id": "5"},
        {"event": "contact_created", "email": "a@example.com", "id": True},
        {"event": "contact_updated", "email": "a@example.com", "id": 2**63},
        {"event": "contact_updated", "email": "a@example.com", "id": 5, "changed_attributes": [1]},
        {"event": "conversation_created", "id": 7},
        {"event": "conversation_created", "id": 7, "meta": {"sender": None}},
        {**RESOLVED, "changed_attributes": ["status"]},
        {**RESOLVED, "changed_attributes": [{"status": "resolved"}]},
    ],
)
def test_an_event_that_does_not_say_whose_it_is_is_refused(payload: dict[str, Any]) -> None:
    with pytest.raises(DeliveryRefused) as refusal:
        classify(payload)
    assert refusal.value.reason == "unreadable"


def test_an_event_nobody_knows_is_counted_as_unknown() -> None:
    assert classify({"event": "contact_deleted", "id": 1}) == Event("unknown")


def test_a_visitor_with_an_empty_profile_is_anonymous() -> None:
    payload = json.loads((PAYLOADS / "contact_created.anonymous_visitor.json").read_text())
    payload["additional_attributes"]["social_profiles"] = {"twitter": "", "github": ""}

    assert classify(payload) == Event("contact_created")


def test_every_attribute_that_chatwoot_reports_is_one_of_our_changes() -> None:
    assert set(CHANGE_OF.values()) | {"message"} == set(CHANGES)


def test_a_first_reply_is_a_change() -> None:
    talk = payloads.conversation(731, payloads.contact(5821, "Jane"), 10)
    event = payloads.conversation_updated({**talk, "first_reply_created_at": 1}, first_reply_created_at=None)

    assert classify(event).changed == {"first_reply"}


def test_a_conversation_of_which_nothing_is_new_that_a_rule_could_be_about_is_counted() -> None:
    talk = payloads.conversation(731, payloads.contact(5821, "Jane"), 10)

    assert classify(payloads.conversation_updated(talk, waiting_since=None)) == Event("conversation_updated")


def test_a_resolve_with_new_labels_is_a_resolve() -> None:
    done = payloads.conversation(731, payloads.contact(5821, "Jane"), 10, status="resolved")
    event = classify(payloads.conversation_updated(done, status="open", label_list=[]))

    assert event.kind == "conversation_resolved"


@pytest.mark.parametrize("name", [name for name in payload_names() if name.startswith("message_created")])
def test_a_message_is_the_only_one_of_its_conversation(name: str) -> None:
    payload = json.loads((PAYLOADS / f"{name}.json").read_text())

    conversation = Conversation.model_validate(conversation_in(payload))

    assert conversation.contact.id == 5821
    assert conversation.id == payload["conversation"]["id"]
    (message,) = conversation.messages
    assert (message.id, message.content) == (payload["id"], payload["content"])
    assert (message.direction, message.private) == (payload["message_type"], payload["private"])
    assert message.sender == (payload["sender"] or {}).get("name")
    assert len(message.attachments) == len(payload.get("attachments", ()))
    assert message.created_at is not None


def test_any_other_event_is_the_conversation_itself() -> None:
    payload = json.loads((PAYLOADS / "conversation_created.json").read_text())

    assert conversation_in(payload) == payload


TEXT = st.text("ab\x00\ud800é@+", max_size=4)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
KEYS = (
    "conversation",
    "id",
    "meta",
    "email",
    "status",
    "updated_at",
    "changed_attributes",
    "additional_attributes",
)


@given(st.sampled_from(sorted(CLASSIFIED)), st.dictionaries(st.sampled_from(KEYS), json_values))
def test_no_body_makes_the_reader_stumble(name: str, odd: dict[str, Any]) -> None:
    """Whatever is at a known key, the answer is an event or a refusal, never another error."""
    payload = json.loads((PAYLOADS / f"{name}.json").read_text()) | odd
    try:
        event = classify(parse(json.dumps(payload).encode()))
    except DeliveryRefused:
        return
    assert event.kind is None or event.contact_id > 0


def test_the_payload_folder_is_complete() -> None:
    assert len(payload_names()) >= 30, Path(PAYLOADS)
