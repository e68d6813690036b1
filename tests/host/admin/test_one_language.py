"""Each page, and what forms answer, is in one language: what is alike in two is somebody's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

import httpx
import pytest

from crmhost.admin import formats
from crmhost.admin.words import speaking
from crmhost.store import gates

from ...browser.world import PASSWORD, PEOPLE, World, busy_world
from .conftest import SAME

LANGUAGES = ("es", "pt-BR")
PAGES = (
    "/", "/connections/1", "/connections/1?span=month", "/connections/1/settings", "/connections/1/history",
    "/connections/1/remove", "/connections/1/contacts/5800", "/connections/1/contacts/5801",
    "/connections/1/contacts/77", "/connections/1/conversations/700", "/connections/7", "/deliveries",
    "/deliveries?state=dead", "/deliveries/3?reveal=1", "/deliveries/12", "/deliveries/999",
    "/deliveries?q=nobody", "/contacts", "/contacts?q=ana", "/contacts?q=nobody", "/connect",
    "/connect/krayin", "/connect/leadsquared", "/plugins", "/doctor", "/people", "/account", "/nowhere",
)  # fmt: skip
FORMS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/connect/krayin/chatwoot", {"url": "https://chat.example.com"}),
    ("/connect/krayin/chatwoot", {"url": "chat", "token": "x"}),
    ("/connect/krayin/chatwoot", {"token": "x"}),
    ("/connections/1/backfill/ask", {"days": "30"}),
    ("/people/invite", {"email": "nobody"}),
    ("/people/invite", {"email": "eva@example.com", "role": "agent"}),
    ("/account/password", {"old": "no", "password": "short"}),
    ("/deliveries/replay", {}),
    ("/doctor", {}),
    ("/people/1/remove", {}),
)
WRONG = {
    "attributes.key": ["person.plan", "lead.budget", "person.chatwoot_ref"],
    "attributes.value": ["contact.plan", "conversation.budget|number", "contact.plan"],
}
SETTINGS: tuple[dict[str, str | list[str]], ...] = (
    {"do": "check"},
    {"do": "preview", "preview_contact": "5800"},
    {"do": "check", "calls_per_minute": "many", "phone_region": "Brazil", "server_timezone": "Nowhere"},
    {"do": "check", "stage_rules.key": ["weather:fine"], "stage_rules.value": ["new"]},
    {"do": "check", "lead_title": "{colour}"},
    {"do": "check", **WRONG},
)
SAID = {"aria-label", "title", "placeholder", "alt"}
"""The attributes that people read, or hear."""
CODE = {"script", "style", "pre", "code"}
NAMES = re.compile(
    r"[^a-z]*|Jr|(Jr )?· crmhost|[\d.,]+ m?s|[0-9a-f]{64}|\S+@\S+( · \S+)?|https?://\S+|crmhost( set .*)?"
    r"|(\w+: )?crmhost-[\w-]+ [\d.]+"
    r"|(Krayin|Chatwoot|Webhook|Plugins|redis|plugins|LeadSquared|Stand-in|GET|POST|PUT|PATCH)\b.*"
    r"|English|Español|Português \(Brasil\)|Default Pipeline\b.*|(New|Existing) Business\b.*"
    r"|(Web|Web Form|Email|Phone|Direct|Example|New|Follow Up|Prospect|Negotiation|Won|Lost)( \(\d\))?"
    r"|lead: .*|[Ll]ead(s| \d+)?|[Tt]ags|status|note|E?-?mail|id|no|Website"
)
"""What is alike in each language: people's, products' and Krayin's own names, and codes."""
QUOTED = re.compile(
    r"The email has already been taken\.|The title may not be greater than 255 characters\.|Thank you!"
    r"|Hello, do you deliver on Saturdays\?|/tmp/\S+"
)
"""What a CRM and customers said, and where the data is."""
ENGLISH = re.compile(
    r"\b(the|of|with|which|from|is|are|was|were|its?|there|and|not|this|that|has|have|been)\b", re.IGNORECASE
)
"""Words that are none in the other languages."""


class Words(HTMLParser):
    """What of a page is read, or heard: each text and each label by itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self._code = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._code += tag in CODE
        self.texts |= {text for name, text in attrs if name in SAID and text}

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in CODE

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not self._code:
            self.texts.add(text)


class Reader:
    """Somebody who is signed in, and reads the same in several languages."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._token = ""

    def sign_in(self) -> None:
        self.post("/sign-in", "en", {"email": "ana@example.com", "password": PASSWORD, "next": "/"})

    def get(self, path: str, language: str) -> str:
        return self._seen(self._client.get(path, headers={"Accept-Language": language}), language)

    def post(self, path: str, language: str, given: dict[str, str | list[str]] | dict[str, str]) -> str:
        form = {"form_token": self._token, **given}
        return self._seen(
            self._client.post(path, data=form, headers={**SAME, "Accept-Language": language}), language
        )

    def _seen(self, answer: httpx.Response, language: str) -> str:
        assert answer.status_code < 500, answer.text
        assert f'<html lang="{language}">' in answer.text
        if token := re.search(r'name="form_token" value="(\w+)"', answer.text):
            self._token = token[1]
        return answer.text


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A crmhost that has been at work for a while."""
    with busy_world(tmp_path_factory.mktemp("busy")) as made:
        yield made


@pytest.fixture
def reader(world: World) -> Iterator[Reader]:
    with httpx.Client(base_url=world.address, follow_redirects=True, timeout=30) as client:
        reader = Reader(client)
        reader.sign_in()
        yield reader


def english_in(english: str, other: str) -> list[str]:
    """Return what is on both pages and is nobody's name; and what has English words in it."""
    people = re.compile("|".join(re.escape(text) for person in PEOPLE for text in person if text))
    there, here = ({QUOTED.sub("", text) for text in Words(page).texts} for page in (english, other))
    alike = {text for text in here & there if not NAMES.fullmatch(people.sub("", text).strip())}
    return sorted(alike | set(filter(ENGLISH.search, here)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_in_one_language(reader: Reader, path: str, language: str) -> None:
    assert english_in(reader.get(path, "en"), reader.get(path, language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("path", "given"), FORMS, ids=lambda part: part if isinstance(part, str) else "")
def test_a_form_is_answered_in_one_language(
    reader: Reader, path: str, given: dict[str, str], language: str
) -> None:
    assert english_in(reader.post(path, "en", given), reader.post(path, language, given)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_connecting_is_in_one_language(reader: Reader, world: World, language: str) -> None:
    english, other = (list(connecting(reader, world, spoken)) for spoken in ("en", language))

    assert [english_in(*pages) for pages in zip(english, other, strict=True)] == [[]] * len(english)


def connecting(reader: Reader, world: World, language: str) -> Iterator[str]:
    """Yield the wizard's pages: a CRM that is none, a wrong token, and all that can be set wrong."""
    token = world.chatwoot.make_token()
    page = reader.post(
        "/connect/krayin/chatwoot", language, {"url": world.chatwoot_url, "token": token, "account": ""}
    )
    yield page
    right = {name: str(value) for name, value in world.krayin.settings(world.krayin_url).items()}
    for given in ({"api_url": "crm", "api_token": "a b"}, {**right, "api_token": "7|wrong"}, right):
        page = reader.post("/connect/krayin/crm", language, {"draft": draft_in(page), **given})
        yield page
    draft = draft_in(page)
    for chosen in SETTINGS:
        yield reader.post("/connect/krayin/settings", language, {"draft": draft, **chosen})


def draft_in(page: str) -> str:
    found = re.search(r'name="draft" value="([^"]+)"', page)
    assert found, page
    return found[1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("reason", "fix"),
    [
        ("Paused by hand.", ""),
        ("Krayin refuses the API token (401 to GET /get).", "It goes on by itself."),
        (
            "Nothing answers at http://crm (ConnectError)",
            "See whether it is up, its address right, and the network between here and there open.",
        ),
    ],
)
def test_what_stops_a_connection_is_said_in_one_language(
    reader: Reader, world: World, language: str, reason: str, fix: str
) -> None:
    with world.house.store.write() as tx:
        gates.pause(tx, 1, reason, fix)
    try:
        for path in ("/", "/connections/1", "/doctor"):
            assert english_in(reader.get(path, "en"), reader.get(path, language)) == []
    finally:
        with world.house.store.write() as tx:
            gates.resume(tx, 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_is_in_one_language(world: World, language: str) -> None:
    english, other = (list(card(world, spoken)) for spoken in ("en", language))

    assert [english_in(*pages) for pages in zip(english, other, strict=True)] == [[]] * len(english)


def card(world: World, language: str) -> Iterable[str]:
    """Yield what the card shows to who is not signed in, and then of customers and of nobody."""
    with httpx.Client(base_url=world.address, timeout=30, headers={"Accept-Language": language}) as client:
        yield client.get("/card/1").text
        given = {"email": "sam@example.com", "password": "wrong"}
        yield client.post("/card/1/sign-in", data=given, headers=SAME).text
        page = client.post("/card/1/sign-in", data={**given, "password": PASSWORD}, headers=SAME).text
        yield page
        token = re.search(r'data-token="([^"]+)"', page)
        headers = {**SAME, "Authorization": f"Bearer {token[1] if token else ''}"}
        for account, contact, conversation in (
            ("3", "5800", "700"),
            ("3", "5801", ""),
            ("3", "99", "99"),
            ("4", "1", ""),
        ):
            about = {"account": account, "contact": contact, "conversation": conversation}
            yield client.post("/card/1/show", data=about, headers=headers).text


@pytest.mark.parametrize(
    ("language", "number", "day", "span"),
    [
        ("en", "12,345.5", "Mar 12, 14:00", "1.5 s"),
        ("es", "12.345,5", "12 mar, 14:00", "1,5 s"),
        ("pt_BR", "12.345,5", "12 de mar., 14:00", "1,5 s"),
    ],
)
def test_numbers_and_times_are_written_as_people_write_them(
    language: str, number: str, day: str, span: str
) -> None:
    with speaking(language):
        assert formats.number(12_345.5, 1) == number
        assert formats.day_and_hour(1_773_324_000.0) == day
        assert formats.duration(1.5) == span
