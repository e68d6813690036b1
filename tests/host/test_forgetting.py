"""A person's rights: to see all that is held of them, and to have it forgotten."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from crmhost import Change, CRMHostError
from crmhost.forgetting import Receipt, export, forget
from crmhost.house import House
from crmhost.store import search
from crmhost.store.tables import links, metadata

from .conftest import Bench, Types
from .fake_crm import FakeCRM


@pytest.fixture
def known(bench: Bench) -> Bench:
    """Jane, who has talked once, and Sam."""
    for payload in (contact("Jane Doe", 5821), contact("Sam", 6000), talk(731, 5821, "Jane Doe")):
        bench.receive(payload)
    bench.work(5821)
    bench.work(6000)
    with bench.house.store.write() as tx:
        search.index(tx)
    return bench


def contact(name: str, number: int) -> dict[str, Any]:
    return {
        "event": "contact_created",
        "id": number,
        "name": name,
        "email": f"{name[:3].lower()}@example.com",
    }


def talk(number: int, sender: int, name: str) -> dict[str, Any]:
    meta = {"sender": {"id": sender, "name": name, "email": "jan@example.com"}}
    return {"event": "conversation_created", "id": number, "status": "open", "meta": meta, "messages": []}


def everything(house: House) -> str:
    """Return all that is in the database, as text."""
    with house.store.read() as tx:
        tables = {
            name: [tuple(row) for row in tx.execute(table.select())]
            for name, table in metadata.tables.items()
        }
    return repr(tables)


def test_what_is_held_of_a_contact_is_shown_and_nothing_of_others(known: Bench) -> None:
    rows = export(known.house, 1, 5821)

    told = json.dumps(rows)
    assert rows.keys() == {"bodies", "contacts", "contact_words", "deliveries", "links", "lanes", "versions"}
    assert [row["body"]["event"] for row in rows["deliveries"]] == ["contact_created", "conversation_created"]
    assert "Jane Doe" in told
    assert "Sam" not in told


def test_after_forgetting_nothing_names_them(known: Bench, crm: FakeCRM) -> None:
    receipt = forget(known.house, 1, 5821, crm=False, dry_run=False)

    assert receipt.ours["deliveries"] == 2
    assert "Jane" not in everything(known.house)
    assert "Sam" in everything(known.house)
    assert crm.customers[0][1] == "Jane Doe"


def test_a_dry_run_says_the_same_and_forgets_nothing(known: Bench) -> None:
    before = everything(known.house)

    told = forget(known.house, 1, 5821, crm=False, dry_run=True)

    assert everything(known.house) == before
    assert replace(told, at=0) == replace(forget(known.house, 1, 5821, crm=False, dry_run=False), at=0)


def test_the_crms_records_go_first(known: Bench, crm: FakeCRM) -> None:
    receipt = forget(known.house, 1, 5821, crm=True, dry_run=False)

    assert crm.asked[-1] == "forget 5821 [731]"
    assert receipt.crm == (Change("customer", "deleted", "1"),)


def test_who_is_at_work_on_them_writes_nothing_behind_it(known: Bench, crm: FakeCRM) -> None:
    (before,) = export(known.house, 1, 5821)["lanes"]
    fences = []
    crm.troubles.append(lambda: fences.append(export(known.house, 1, 5821)["lanes"][0]["fence"]))

    forget(known.house, 1, 5821, crm=True, dry_run=False)

    assert fences == [before["fence"] + 1]


def test_where_the_crm_refuses_nothing_of_ours_is_forgotten(known: Bench, crm: FakeCRM) -> None:
    crm.troubles.append(CRMHostError("No."))

    with pytest.raises(CRMHostError):
        forget(known.house, 1, 5821, crm=True, dry_run=False)

    assert export(known.house, 1, 5821)["deliveries"]


def test_a_plugin_that_cannot_forget_says_so(known: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmhost.plugins.Plugin.forgets", False)

    with pytest.raises(CRMHostError, match="cannot forget anybody"):
        forget(known.house, 1, 5821, crm=True, dry_run=False)


def test_a_worker_that_is_at_it_can_commit_nothing_more(known: Bench) -> None:
    (before,) = export(known.house, 1, 5821)["lanes"]

    forget(known.house, 1, 5821, crm=False, dry_run=False)

    (lane,) = export(known.house, 1, 5821)["lanes"]
    assert lane["fence"] == before["fence"] + 1
    assert lane["due_at"] is None


def test_a_conversation_whose_number_begins_alike_is_not_taken_along(known: Bench) -> None:
    with known.house.store.write() as tx:
        for record in ("conversation:731:labels", "conversation:7310", "contact:58210"):
            tx.execute(
                links.insert().values(
                    connection_id=1, record=record, kind="note", remote_id="9", written={}, updated_at=0.0
                )
            )

    forget(known.house, 1, 5821, crm=False, dry_run=False)

    with known.house.store.read() as tx:
        left = set(tx.scalars(links.select().with_only_columns(links.c.record)))
    assert left == {"conversation:7310", "contact:58210", "contact:6000"}


def test_it_is_not_done_unless_it_is_meant(types: Types) -> None:
    ran = types("crmhost", "forget", "1", "--contact", "5821")

    assert ran.status == 2
    assert "--dry-run" in ran.err


@pytest.mark.parametrize(
    ("setting", "words", "asked"),
    [("true", [], True), ("true", ["--no-crm"], False), ("false", [], False), ("false", ["--crm"], True)],
)
def test_the_settings_say_whether_the_crm_forgets_too_unless_it_is_said(
    types: Types, monkeypatch: pytest.MonkeyPatch, setting: str, words: list[str], asked: bool
) -> None:
    wished: list[bool] = []

    def forgotten(*_where: object, **said: bool) -> Receipt:
        wished.append(said["crm"])
        return Receipt({}, (), None, 0.0)

    monkeypatch.setattr("crmhost.forgetting.forget", forgotten)
    monkeypatch.setenv("CRMHOST_FORGET_IN_CRM", setting)

    types("crmhost", "forget", "1", "--contact", "5821", "--dry-run", *words)

    assert wished == [asked]
