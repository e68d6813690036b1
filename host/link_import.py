"""Taking over ids from elsewhere: which CRM record belongs to which contact, by a CSV or by Chatwoot."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from .context import Link
from .errors import SettingsError
from .store import connections, links

if TYPE_CHECKING:
    from .context import Key
    from .house import House
    from .plugins import Plugin
    from .store.connections import CRMConnection

BATCH = 500
"""Links that are written in one transaction."""
NUMBER = re.compile(r"[1-9]\d{0,17}")


@dataclass(frozen=True)
class Entry:
    """One id that was found, and where: ``line 3``, ``contact 5821``."""

    where: str
    contact_id: str
    kind: str
    remote_id: str

    @property
    def key(self) -> Key:
        """The record and the kind of the link it becomes."""
        return f"contact:{self.contact_id}", self.kind


@dataclass(frozen=True)
class Refused:
    """What cannot be taken over, and why."""

    where: str
    problem: str


@dataclass
class Imported:
    """What became of the ids: links added, replaced, left as they were, refused."""

    added: int = 0
    replaced: int = 0
    kept: int = 0
    refused: list[Refused] = field(default_factory=list)


Found = Iterator[Entry | Refused]


def from_csv(text: str, prefix: str) -> Found:
    """Yield the ids in a CSV with the columns contact_id, kind, remote_id, or contact_id, source_id."""
    rows = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    columns = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
    if not (
        {"contact_id", "kind", "remote_id"} <= columns.keys() or {"contact_id", "source_id"} <= columns.keys()
    ):
        raise SettingsError(
            "The file does not begin with the names of its columns.",
            fix="The first line is contact_id,kind,remote_id or contact_id,source_id.",
        )
    for row in rows:
        cells = {name: (row[column] or "").strip() for name, column in columns.items()}
        where = f"line {rows.line_num}"
        if "source_id" in cells:
            yield from from_source_id(where, cells["contact_id"], cells["source_id"], prefix)
        else:
            yield Entry(where, cells["contact_id"], cells["kind"], cells["remote_id"])


def from_source_id(where: str, contact_id: object, source_id: str, prefix: str) -> Found:
    """Yield the ids in a source id of the Chatwoot fork that has Krayin built in.

    It writes ``krayin:person:1|krayin:lead:2``; whatever else stands there is the channel's own.
    """
    for part in source_id.split("|"):
        name, _, rest = part.strip().partition(":")
        kind, divider, remote_id = rest.partition(":")
        if name != prefix:
            continue
        if divider:
            yield Entry(where, str(contact_id), kind, remote_id)
        else:
            yield Refused(where, f"{part!r} is not {prefix}:KIND:ID")


def import_csv(house: House, connection_id: int, text: str, *, replace: bool, dry_run: bool) -> Imported:
    """Take over the ids of a CSV."""
    connection, plugin = _opened(house, connection_id)
    return _take_over(
        house, connection, plugin, from_csv(text, plugin.name), replace=replace, dry_run=dry_run
    )


def import_from_chatwoot(house: House, connection_id: int, *, replace: bool, dry_run: bool) -> Imported:
    """Take over the ids that the fork wrote into Chatwoot's contacts."""
    connection, plugin = _opened(house, connection_id)
    api = house.chatwoot_of(connection)
    found = (
        entry
        for row in api.all_contacts.rows(inboxes=True)
        for inbox in row.get("contact_inboxes") or ()
        for entry in from_source_id(
            f"contact {row['id']}", row["id"], str(inbox.get("source_id") or ""), plugin.name
        )
    )
    return _take_over(house, connection, plugin, found, replace=replace, dry_run=dry_run)


def forget(house: House, connection_id: int, contact_id: int) -> int:
    """Drop the links of a contact; return how many there were."""
    record = f"contact:{contact_id}"
    with house.store.write() as tx:
        connections.get(tx, house.vault, connection_id)
        known = links.load(tx, connection_id, [record])
        links.save(tx, connection_id, dict.fromkeys(known), time.time())
    return len(known)


def _opened(house: House, connection_id: int) -> tuple[CRMConnection, Plugin]:
    with house.store.read() as tx:
        connection = connections.get(tx, house.vault, connection_id)
    return connection, house.plugins[connection.plugin]


def _take_over(
    house: House,
    connection: CRMConnection,
    plugin: Plugin,
    found: Iterable[Entry | Refused],
    *,
    replace: bool,
    dry_run: bool,
) -> Imported:
    """Write the links that are new; of one that is there already the other id only if told to."""
    done = Imported()
    sound = _sound(found, plugin, done.refused)
    while entries := list(islice(sound, BATCH)):
        with house.store.write() as tx:
            known = links.load(tx, connection.id, {entry.key[0] for entry in entries})
            wanted = _wanted(entries, known, done, replace=replace)
            if not dry_run:
                links.save(tx, connection.id, wanted, time.time())
                links.end_intents(tx, connection.id, wanted)
    return done


def _sound(found: Iterable[Entry | Refused], plugin: Plugin, refused: list[Refused]) -> Iterator[Entry]:
    """Yield what can become a link, each record and kind once; note the rest as refused."""
    seen: dict[Key, Entry] = {}
    for entry in found:
        if isinstance(entry, Refused):
            refused.append(entry)
        elif problem := _problem(entry, plugin, seen.get(entry.key)):
            refused.append(Refused(entry.where, problem))
        elif entry.key not in seen:
            seen[entry.key] = entry
            yield entry


def _problem(entry: Entry, plugin: Plugin, before: Entry | None) -> str:
    """Return why an entry cannot become a link, as a clause."""
    if not NUMBER.fullmatch(entry.contact_id):
        return f"{entry.contact_id!r} is no contact's number"
    if entry.kind not in plugin.info.kinds:
        return f"{entry.kind!r} is none of {', '.join(plugin.info.kinds)}"
    if not re.fullmatch(plugin.info.ids, entry.remote_id):
        return f"{entry.remote_id!r} is no id of {plugin.info.title}'s"
    if before and before.remote_id != entry.remote_id:
        return f"contact {entry.contact_id} has {entry.kind} {before.remote_id} already ({before.where})"
    return ""


def _wanted(
    entries: Sequence[Entry], known: Mapping[Key, Link], done: Imported, *, replace: bool
) -> dict[Key, Link | None]:
    """Return the links to be written. What we wrote there is not known: ``written`` is empty."""
    wanted: dict[Key, Link | None] = {}
    for entry in entries:
        there = known.get(entry.key)
        if there is None:
            done.added += 1
        elif replace and there.remote_id != entry.remote_id:
            done.replaced += 1
        else:
            done.kept += 1
            continue
        wanted[entry.key] = Link(entry.remote_id)
    return wanted
