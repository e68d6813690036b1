"""The API's calls about conversations and their messages."""

from __future__ import annotations

from collections.abc import Sequence

from . import rest
from .call import Call
from .state import Conversation, Json

CONVERSATIONS_A_PAGE = 25
LAST_USED_FIRST = "last_activity_at_desc"
LATEST, AFTER, BETWEEN = 20, 100, 1000


def list_conversations(call: Call) -> Json:
    """Return a page of conversations; all that were updated lately where that is asked."""
    state = call.chatwoot.state
    status = call.params.get("status", "open")
    rows = [row for row in state.conversations.values() if status in {"all", row.status}]
    column, _, way = call.params.get("sort_by", LAST_USED_FIRST).rpartition("_")
    rows.sort(key=lambda row: (getattr(row, column), row.id), reverse=way == "desc")
    if within := call.number("updated_within"):
        page: Sequence[Conversation] = [row for row in rows if row.updated_at > state.clock() - within]
    else:
        page = call.page(rows, CONVERSATIONS_A_PAGE)
    assigned = sum(row.assignee_id is not None for row in rows)
    meta = {
        "mine_count": sum(row.assignee_id == call.user.id for row in rows),
        "assigned_count": assigned,
        "unassigned_count": len(rows) - assigned,
        "all_count": len(rows),
    }
    return {"data": {"meta": meta, "payload": [rest.conversation(state, row) for row in page]}}


def make_conversation(call: Call) -> Json:
    """Open a conversation with a contact; a message along with it is the agent's."""
    talks, body = call.chatwoot.conversations, call.body
    row = talks.open(body["contact_id"], inbox_id=body.get("inbox_id", 12))
    if said := (body.get("message") or {}).get("content"):
        talks.answer(row.id, said, user_id=call.user.id)
    return rest.conversation(call.chatwoot.state, row)


def show_conversation(call: Call, conversation_id: int) -> Json:
    """Return one conversation, without an envelope."""
    return rest.conversation(call.chatwoot.state, call.chatwoot.conversations.get(conversation_id))


def list_messages(call: Call, conversation_id: int) -> Json:
    """Return messages, the oldest first: the latest, those before one, those after one, or between two."""
    state = call.chatwoot.state
    row = call.chatwoot.conversations.get(conversation_id)
    rows = state.messages_of(conversation_id)
    before, after = call.number("before"), call.number("after")
    if "before" in call.params and "after" in call.params:
        rows = [one for one in rows if after <= one.id < before][:BETWEEN]
    elif "after" in call.params:
        rows = [one for one in rows if one.id > after][:AFTER]
    else:
        rows = [one for one in rows if not before or one.id < before][-LATEST:]
    if call.params.get("filter_internal_messages") == "true":
        rows = [one for one in rows if not one.private and one.kind != 2]
    return {"meta": rest.messages_meta(state, row), "payload": [rest.message(state, one) for one in rows]}


def make_message(call: Call, conversation_id: int) -> Json:
    """Add an agent's message, a private note, or what a customer wrote elsewhere (``incoming``)."""
    talks, said = call.chatwoot.conversations, call.body.get("content")
    if call.body.get("message_type") == "incoming":
        return rest.message(call.chatwoot.state, talks.say(conversation_id, said))
    private = bool(call.body.get("private"))
    row = talks.answer(conversation_id, said, user_id=call.user.id, private=private)
    return rest.message(call.chatwoot.state, row)


def toggle_status(call: Call, conversation_id: int) -> Json:
    """Set a conversation's status."""
    row = call.chatwoot.conversations.set_status(conversation_id, call.body["status"])
    said = {"success": True, "conversation_id": row.id, "current_status": row.status}
    return {"meta": {}, "payload": said}
