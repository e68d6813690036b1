"""The account's webhooks: ours is found or made, and its secret read."""

from crmhost.chatwoot import SUBSCRIPTIONS, ChatwootAPI
from crmhost.chatwoot.sandbox import ChatwootSandbox

URL = "https://sync.example.com/webhooks/abc"


def test_a_webhook_is_made_once_and_its_secret_read(sandbox: ChatwootSandbox, api: ChatwootAPI) -> None:
    made, again = api.webhooks.register(URL), api.webhooks.register(URL)

    (row,) = sandbox.state.webhooks.values()
    assert made[0] == again[0]
    assert (made[1], again[1]) == (True, False)
    assert (made[0].secret, made[0].subscriptions) == (row.secret, frozenset(SUBSCRIPTIONS))


def test_a_webhook_that_lacks_events_is_given_them_and_keeps_its_own(
    sandbox: ChatwootSandbox, api: ChatwootAPI
) -> None:
    made, _ = api.webhooks.register(URL)
    sandbox.state.webhooks[made.id].subscriptions = ["webwidget_triggered", "contact_created"]

    found, new = api.webhooks.register(URL)

    assert (found.missing, "webwidget_triggered" in found.subscriptions, new) == ([], True, False)
    assert found.secret == made.secret


def test_a_webhook_follows_the_host_to_another_address(sandbox: ChatwootSandbox, api: ChatwootAPI) -> None:
    made, _ = api.webhooks.register(URL)

    api.webhooks.register("https://new.example.com/webhooks/abc")

    assert [row.url for row in sandbox.state.webhooks.values()] == ["https://new.example.com/webhooks/abc"]
    assert sandbox.state.webhooks[made.id].secret == made.secret


def test_an_older_chatwoot_has_no_secret_to_show(sandbox: ChatwootSandbox, api: ChatwootAPI) -> None:
    sandbox.signs = False

    assert api.webhooks.register(URL)[0].secret is None
