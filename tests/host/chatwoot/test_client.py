"""Chatwoot's API as the host and its plugins ask it."""

import httpx
import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from crmhost import (
    Contact,
    Conversation,
    CredentialsError,
    CRMHostError,
    Http,
    Message,
    Rejected,
    SettingsError,
    TryAgain,
)
from crmhost.chatwoot import Agents, ChatwootAPI, address_of
from crmhost.chatwoot import account as account_module
from crmhost.chatwoot.sandbox import ChatwootSandbox

from .conftest import JANE, Asks, sample

ASKED = {"Retry-After": "17"}


def test_a_contact_of_the_api_reads_like_one_of_a_webhook() -> None:
    shown = Contact.model_validate(sample("rest/contact_show")["payload"])

    assert shown == Contact.model_validate(sample("contact_created"))


def test_a_conversation_of_the_api_says_the_assignees_address_too() -> None:
    conversation = Conversation.model_validate(sample("rest/conversation_show"))

    assert (conversation.assignee_id, conversation.assignee_email) == (7, "sam@acme.example")
    assert conversation.channel == "Channel::WebWidget"
    assert (conversation.contact.id, conversation.labels, conversation.first_reply_at) == (
        5821,
        ("pricing",),
        None,
    )


def test_messages_of_the_api_read_like_those_of_webhooks() -> None:
    messages = [Message.model_validate(row) for row in sample("rest/messages_list")["payload"]]

    assert [(one.direction, one.sender) for one in messages] == [
        ("incoming", "Jane Doe"),
        ("outgoing", "Sam Rivera"),
    ]
    assert messages[0].created_at is not None


def test_a_bot_is_not_taken_for_the_agent_of_its_number() -> None:
    conversation = Conversation.model_validate(sample("conversation_status_changed.pending"))

    assert (conversation.assignee, conversation.assignee_id) == ("Helper Bot", None)


def test_a_contact_comes_with_its_labels(sandbox: ChatwootSandbox, api: ChatwootAPI) -> None:
    jane = sandbox.contacts.create(**JANE)
    sandbox.contacts.label(jane.id, ["vip", "trade fair"])

    contact = api.contact(jane.id)

    assert contact is not None
    assert (contact.name, contact.company, contact.labels) == (
        "Jane Doe",
        "Globex Ltd",
        ("vip", "trade fair"),
    )


def test_a_contact_that_shows_its_labels_itself_is_asked_for_once(
    sandbox: ChatwootSandbox, api: ChatwootAPI
) -> None:
    sandbox.troubles = [JSONResponse({"payload": {"id": 9, "name": "New", "labels": ["vip"]}})]

    contact = api.contact(9)

    assert contact is not None
    assert (contact.labels, sandbox.asked) == (("vip",), [])


def test_what_is_gone_is_none(api: ChatwootAPI) -> None:
    assert (api.contact(404), api.conversation(404), api.messages(404)) == (None, None, ())
    assert api.mirror(404, {"krayin_person": "1"}) is False


def test_all_contacts_are_read_by_fifteen(sandbox: ChatwootSandbox, api: ChatwootAPI) -> None:
    for number in range(32):
        sandbox.contacts.create(name=f"Customer {number}", email=f"c{number}@example.com")
    sandbox.contacts.create()  # a visitor, whom the list leaves out

    contacts = list(api.contacts())

    assert [contact.name for contact in contacts] == [f"Customer {number}" for number in range(32)]
    assert len(sandbox.asked) == 4


def test_a_contact_that_moves_to_the_next_page_meanwhile_comes_once(
    sandbox: ChatwootSandbox, api: ChatwootAPI
) -> None:
    for number in range(16):
        sandbox.contacts.create(name=f"Customer {number}", email=f"c{number}@example.com")
    rows = api.all_contacts.rows("-created_at")
    first = next(rows)

    sandbox.contacts.create(name="Newest", email="newest@example.com")

    ids = [first["id"], *(row["id"] for row in rows)]
    assert len(ids) == len(set(ids)) == 16


def test_a_conversation_is_read_with_its_customer(sandbox: ChatwootSandbox, api: ChatwootAPI) -> None:
    talk = sandbox.conversations.open(sandbox.contacts.create(**JANE).id, "Hello")
    sandbox.conversations.assign(talk.id, 7)

    conversation = api.conversation(talk.id)

    assert conversation is not None
    assert (conversation.contact.email, conversation.channel) == (
        "jane.doe@example.com",
        "Channel::WebWidget",
    )
    assert conversation.assignee_email == "sam@acme.example"


def test_all_messages_are_read_the_oldest_first(sandbox: ChatwootSandbox, api: ChatwootAPI) -> None:
    talk = sandbox.conversations.open(sandbox.contacts.create(**JANE).id)
    for number in range(120):
        sandbox.conversations.say(talk.id, f"Line {number}")
    sandbox.conversations.answer(talk.id, "Be careful with her.", private=True)
    sandbox.conversations.resolve(talk.id)
    sandbox.asked.clear()

    messages = api.messages(talk.id)

    assert [one.content for one in messages[:120]] == [f"Line {number}" for number in range(120)]
    assert [one.direction for one in messages[120:]] == ["outgoing", "activity"]
    assert [one.private for one in messages[120:]] == [True, False]
    assert len(sandbox.asked) == 3


def test_agents_are_asked_for_once_in_ten_minutes(
    sandbox: ChatwootSandbox, address: str, pool: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    agents, token = Agents(), sandbox.make_token()
    apis = [ChatwootAPI(Http(pool), address, token, 3, agents=agents) for _ in range(2)]

    assert {api.agents()[7] for api in apis} == {"sam@acme.example"}
    assert sandbox.asked == ["GET /agents"]

    monkeypatch.setattr(account_module, "REMEMBER", 0.0)
    apis[0].agents()
    assert sandbox.asked == ["GET /agents"] * 2


def test_ids_are_mirrored_beside_what_is_there(sandbox: ChatwootSandbox, api: ChatwootAPI) -> None:
    attributes = {"city": "London", "external": {"leadsquared_id": "l-1"}}
    jane = sandbox.contacts.create(name="Jane", email="jane@example.com", additional_attributes=attributes)

    written = [api.mirror(jane.id, {"krayin_person": "7"}), api.mirror(jane.id, {"krayin_person": "7"})]

    assert written == [True, False]
    assert jane.additional_attributes == {
        "city": "London",
        "external": {"leadsquared_id": "l-1", "krayin_person": "7"},
    }
    assert sum(asked.startswith("PUT") for asked in sandbox.asked) == 1


def test_the_profile_says_what_the_token_may(sandbox: ChatwootSandbox, asks: Asks) -> None:
    administrator, agent = asks().account.profile(), asks(sandbox.make_token("agent")).account.profile()

    assert (administrator.administrator, administrator.account) == (True, "Acme Support")
    assert (agent.administrator, agent.role) == (False, "agent")
    assert asks(account_id=4).account.profile().role is None


def test_inboxes_are_listed(api: ChatwootAPI) -> None:
    (website,) = api.inboxes()

    assert (website.id, website.name, website.channel) == (12, "Website", "Channel::WebWidget")


def test_conversations_are_found_by_when_they_changed_and_by_page(
    sandbox: ChatwootSandbox, api: ChatwootAPI
) -> None:
    jane = sandbox.contacts.create(**JANE)
    talks = [sandbox.conversations.open(jane.id, "Hello").id for _ in range(30)]
    sandbox.conversations.resolve(talks[0])
    sandbox.state.conversations[talks[5]].updated_at -= 3600

    changed = {row["id"] for row in api.all_conversations.updated_within(600)}
    everything = {row["id"] for row in api.all_conversations.rows()}

    assert changed == set(talks) - {talks[5]}
    assert everything == set(talks)


def test_an_agent_may_not_look_at_webhooks(sandbox: ChatwootSandbox, asks: Asks) -> None:
    with pytest.raises(CredentialsError, match="You are not authorized"):
        asks(sandbox.make_token("agent")).webhooks.every()


def test_a_wrong_token_is_named_as_chatwoots(asks: Asks) -> None:
    with pytest.raises(CredentialsError, match="Chatwoot refuses crmhost's token") as refused:
        asks("wr0ng").contact(5821)

    assert "wr0ng" not in str(refused.value) + refused.value.fix
    assert refused.value.fix.startswith("Give an administrator's token")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (JSONResponse({"error": "API access is not enabled for this account"}, 403), CredentialsError),
        (PlainTextResponse("Retry later\n", 429), TryAgain),
        (PlainTextResponse("<html>Bad gateway</html>", 502), TryAgain),
        (PlainTextResponse("<html>Be back soon</html>", 200), TryAgain),
        (PlainTextResponse("404 page not found", 404), TryAgain),
        (Response("[" * 3000, 200), TryAgain),
        (JSONResponse({"message": "Name is odd", "attributes": ["name"]}, 422), Rejected),
        (RedirectResponse("https://chat.example.com/"), SettingsError),
        (JSONResponse({"payload": {"id": "no number"}}), Rejected),
    ],
)
def test_each_answer_means_what_the_host_does_next(
    sandbox: ChatwootSandbox, api: ChatwootAPI, answer: Response, error: type[CRMHostError]
) -> None:
    sandbox.troubles = [answer]

    with pytest.raises(error, match="Chatwoot"):
        api.contact(5821)


@pytest.mark.parametrize(("status", "headers", "delay"), [(429, {}, 60), (429, ASKED, 17), (503, ASKED, 17)])
def test_what_asks_to_be_left_for_a_while_is_left(
    sandbox: ChatwootSandbox, api: ChatwootAPI, status: int, headers: dict[str, str], delay: float
) -> None:
    sandbox.troubles = [PlainTextResponse("Retry later", status, headers)]

    with pytest.raises(TryAgain) as refused:
        api.contact(5821)

    assert refused.value.delay == delay


def test_a_chatwoot_that_is_away_is_tried_again(pool: httpx.Client) -> None:
    with pytest.raises(TryAgain, match="Chatwoot is away"):
        ChatwootAPI(Http(pool), "http://127.0.0.1:1", "t", 3).contact(5821)


def test_a_bots_token_is_told_from_a_users(sandbox: ChatwootSandbox, api: ChatwootAPI) -> None:
    sandbox.troubles = [JSONResponse({"id": 2, "name": "Helper Bot"})]

    with pytest.raises(CredentialsError, match="not as a user's"):
        api.account.profile()


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://chat.example.com", "https://chat.example.com"),
        (" https://Chat.example.com:8443/app/accounts/3/dashboard?x=1 ", "https://chat.example.com:8443"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
    ],
)
def test_an_address_is_read_out_of_the_browsers(given: str, address: str) -> None:
    assert address_of(given) == address


@pytest.mark.parametrize(
    "given", ["", "chat.example.com", "ftp://x", "https://", "https://u:p@x", "http://x:y"]
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(SettingsError, match="not the address of a Chatwoot"):
        address_of(given)
