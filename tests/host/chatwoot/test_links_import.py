"""Ids from elsewhere become links; what cannot be one is named by its line."""

import json
from pathlib import Path

import pytest

from crmhost import Link, SettingsError
from crmhost.chatwoot.sandbox import ChatwootSandbox
from crmhost.house import House
from crmhost.link_import import Imported, Refused, import_csv, import_from_chatwoot
from crmhost.store import links
from crmhost.store.connections import CRMConnection

from ..conftest import Bench, Types, connected
from ..fake_crm import FakeCRM
from .conftest import JANE
from .test_truth import body


@pytest.fixture
def connection(house: House) -> CRMConnection:
    return connected(house)


def kept(house: House) -> dict[tuple[str, str], str]:
    with house.store.read() as tx:
        found = links.load(tx, 1, [f"contact:{number}" for number in range(5821, 6500)])
    return {key: link.remote_id for key, link in found.items()}


def take(house: House, text: str, *, replace: bool = False, dry_run: bool = False) -> Imported:
    return import_csv(house, 1, text, replace=replace, dry_run=dry_run)


@pytest.mark.usefixtures("connection")
def test_a_csv_becomes_links(house: House) -> None:
    done = take(house, "contact_id,kind,remote_id\n5821,customer,7\n5822,customer,8\n")

    assert done == Imported(added=2)
    assert kept(house) == {("contact:5821", "customer"): "7", ("contact:5822", "customer"): "8"}
    with house.store.read() as tx:
        assert links.load(tx, 1, ["contact:5821"]) == {("contact:5821", "customer"): Link("7", {})}


@pytest.mark.usefixtures("connection")
def test_a_csv_of_source_ids_is_read_too(house: House) -> None:
    text = "Contact_ID, source_id, note\n5821,fake:customer:7|fake:note:9,x\n5822,+4477|whatsapp:1,\n"

    assert take(house, text).added == 2
    assert kept(house) == {("contact:5821", "customer"): "7", ("contact:5821", "note"): "9"}


@pytest.mark.usefixtures("connection")
def test_what_cannot_be_a_link_is_refused_by_its_line(house: House) -> None:
    text = (
        "contact_id,kind,remote_id\n"
        "Jane,customer,7\n"
        "5821,person,7\n"
        "5821,customer,\n"
        "5821,customer,7\n"
        "5821,customer,8\n"
        "5821,customer,7\n"
        "5822\n"
    )

    done = take(house, text)

    assert done == Imported(
        added=1,
        refused=[
            Refused("line 2", "'Jane' is no contact's number"),
            Refused("line 3", "'person' is none of customer, note"),
            Refused("line 4", "'' is no id of Fake CRM's"),
            Refused("line 6", "contact 5821 has customer 7 already (line 5)"),
            Refused("line 8", "'' is none of customer, note"),
        ],
    )
    assert kept(house) == {("contact:5821", "customer"): "7"}


@pytest.mark.usefixtures("connection")
def test_a_source_id_without_an_id_is_refused(house: House) -> None:
    done = take(house, "contact_id,source_id\n5821,fake:customer\n")

    assert done == Imported(refused=[Refused("line 2", "'fake:customer' is not fake:KIND:ID")])


@pytest.mark.usefixtures("connection")
def test_a_link_that_is_there_stays_unless_it_is_to_be_replaced(house: House) -> None:
    take(house, "contact_id,kind,remote_id\n5821,customer,7\n5822,customer,8\n")
    text = "contact_id,kind,remote_id\n5821,customer,70\n5822,customer,8\n"

    assert take(house, text) == Imported(kept=2)
    assert kept(house)["contact:5821", "customer"] == "7"
    assert take(house, text, replace=True) == Imported(replaced=1, kept=1)
    assert kept(house)["contact:5821", "customer"] == "70"


@pytest.mark.usefixtures("connection")
def test_a_dry_run_writes_nothing(house: House) -> None:
    assert take(house, "contact_id,kind,remote_id\n5821,customer,7\n", dry_run=True).added == 1
    assert kept(house) == {}


@pytest.mark.usefixtures("connection")
def test_many_lines_are_taken_whole(house: House) -> None:
    rows = "".join(f"{number},customer,{number}\n" for number in range(5821, 6422))

    assert take(house, "contact_id,kind,remote_id\n" + rows).added == 601
    assert len(kept(house)) == 601


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize("text", ["", "5821,customer,7\n", "contact_id,kind\n"])
def test_a_file_without_its_columns_is_one_sentence(house: House, text: str) -> None:
    with pytest.raises(SettingsError, match="names of its columns"):
        take(house, text)


@pytest.mark.usefixtures("joined")
def test_what_the_fork_wrote_into_chatwoot_is_taken_over(house: House, sandbox: ChatwootSandbox) -> None:
    jane = sandbox.contacts.create(**JANE, source_id="fake:customer:7|fake:note:9")
    jane.source_ids[13] = "fake:customer:7|fake:note:9"
    sandbox.state.inboxes[13] = {"name": "API", "channel_type": "Channel::Api"}
    odd = sandbox.contacts.create(name="Odd", email="odd@example.com", source_id="fake:lead:1")
    for number in range(20):
        sandbox.contacts.create(name=f"Customer {number}", email=f"c{number}@example.com")

    done = import_from_chatwoot(house, 1, replace=False, dry_run=False)

    assert done == Imported(
        added=2, refused=[Refused(f"contact {odd.id}", "'lead' is none of customer, note")]
    )
    assert kept(house) == {(f"contact:{jane.id}", "customer"): "7", (f"contact:{jane.id}", "note"): "9"}


@pytest.mark.usefixtures("connection")
def test_without_chatwoots_token_there_is_nothing_to_read_there(house: House) -> None:
    with pytest.raises(SettingsError, match="no token of Chatwoot's"):
        import_from_chatwoot(house, 1, replace=False, dry_run=False)


def test_an_imported_customer_is_found_by_its_link(
    desk: Bench, sandbox: ChatwootSandbox, crm: FakeCRM
) -> None:
    jane = sandbox.contacts.create(**JANE)
    crm.customers = [(1, "J.")]
    take(desk.house, f"contact_id,kind,remote_id\n{jane.id},customer,1\n")

    desk.receive(body(sandbox, jane.id))
    desk.work(jane.id)

    assert crm.customers == [(1, "Jane Doe")]


@pytest.mark.usefixtures("fake")
def test_the_command_tells_people_and_programs(types: Types, tmp_path: Path) -> None:
    types("crmhost", "connect", "fake", "--account", "3", "--set", "token=t0ken")
    file = tmp_path / "ids.csv"
    file.write_text("contact_id,kind,remote_id\n5821,customer,7\nx,customer,7\n", encoding="utf-8-sig")
    words = ("crmhost", "links", "import", "1")

    tried = types(*words, "--csv", str(file), "--dry-run", "--json")
    told = types(*words, "--csv", str(file))

    assert (tried.status, told.status) == (1, 1)
    assert json.loads(tried.out) == {
        "connection": 1,
        "dry_run": True,
        "added": 1,
        "replaced": 0,
        "kept": 0,
        "refused": [{"where": "line 3", "problem": "'x' is no contact's number"}],
    }
    assert "Links added: 1" in told.out
    assert types(*words).status == types(*words, "--csv", "x", "--from-chatwoot").status == 2
    assert "/no/such" in types(*words, "--csv", "/no/such").err
