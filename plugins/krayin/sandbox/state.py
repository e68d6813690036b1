"""All that a Krayin remembers: tables of rows, what links them, and tokens. Gone when it stops."""

import secrets
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from .failures import Unforeseen
from .mariadb import folded, stored
from .php import same_kind_and_text
from .tables import COLUMNS
from .times import Times

Row = dict[str, Any]

_INTEGRITY = "SQLSTATE[23000]: Integrity constraint violation: "
_QUERY = "Illuminate\\Database\\QueryException"


class Table(dict[int, Row]):
    """Rows by id, with the sequence that gives the next id."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.columns = COLUMNS[name]
        self.next_id = 1

    def where(self, **wanted: Any) -> Iterable[Row]:
        """Find the rows whose columns have exactly these values."""
        return [row for row in self.values() if all(row[key] == value for key, value in wanted.items())]


class ValueTable(Table):
    """The attribute values, also by the record and by the attribute they belong to."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._of: dict[tuple[str, int], dict[int, Row]] = defaultdict(dict)
        self._with: dict[int, dict[int, Row]] = defaultdict(dict)

    def __setitem__(self, row_id: int, row: Row) -> None:
        super().__setitem__(row_id, row)
        self._of[row["entity_type"], row["entity_id"]][row["attribute_id"]] = row
        self._with[row["attribute_id"]][row_id] = row

    def __delitem__(self, row_id: int) -> None:
        self._with[self[row_id]["attribute_id"]].pop(row_id)
        super().__delitem__(row_id)

    def of(self, entity_type: str, entity_id: int) -> dict[int, Row]:
        """Give one record's values by attribute id."""
        return self._of[entity_type, entity_id]

    def with_attribute(self, attribute_id: int) -> Iterable[Row]:
        """Give all records' values of one attribute."""
        return self._with[attribute_id].values()

    def forget(self, entity_type: str, entity_id: int) -> None:
        """Drop one record's values."""
        for row in self._of.pop((entity_type, entity_id), {}).values():
            del self[row["id"]]


class State:
    """The database and the tokens; only to be touched in the event loop."""

    def __init__(self, times: Times) -> None:
        self._times = times
        self.tables = {name: Table(name) for name in COLUMNS if name != "attribute_values"}
        self.attribute_values = ValueTable("attribute_values")
        self.tables["attribute_values"] = self.attribute_values
        self.persons = self.tables["persons"]
        self.organizations = self.tables["organizations"]
        self.leads = self.tables["leads"]
        self.activities = self.tables["activities"]
        self.attributes = self.tables["attributes"]
        self.users = self.tables["users"]
        self.stages = self.tables["lead_pipeline_stages"]
        self.participants = self.tables["activity_participants"]
        self.lead_activities: defaultdict[int, set[int]] = defaultdict(set)
        self.person_activities: defaultdict[int, set[int]] = defaultdict(set)
        self.tags_of: dict[str, defaultdict[int, set[int]]] = {
            "persons": defaultdict(set),
            "leads": defaultdict(set),
        }
        self.tokens: dict[str, int] = {}

    def insert(self, table: Table, values: Row) -> Row:
        """Add a row, or fail as the database would; a failed insert has used up its id."""
        now = self._times.now()
        stamps = {"created_at": now, "updated_at": now} if "created_at" in table.columns else {}
        row = self._cast(table, dict.fromkeys(table.columns) | stamps | values)
        row["id"] = table.next_id
        table.next_id += 1
        self._check_keys(table, row)
        table[row["id"]] = row
        return row

    def update(self, table: Table, row: Row, values: Row) -> Row:
        """Change a row and give its old values where Eloquent sees a change."""
        cast = self._cast(table, row | values)
        changed = {key: row[key] for key, value in values.items() if self._is_dirty(table, row, key, value)}
        if not changed:
            return {}
        if "updated_at" in table.columns:
            cast["updated_at"] = self._times.now()
        self._check_keys(table, cast)
        row.update(cast)
        return {key: changed[key] for key in table.columns if key in changed}

    def delete_activities(self, links: dict[int, set[int]], owner_id: int) -> None:
        """Delete the activities of a record that is going, for everyone."""
        for activity_id in list(links.get(owner_id, ())):
            self.delete_activity(activity_id)

    def delete_activity(self, activity_id: int) -> None:
        """Delete one activity with its links, participants and files."""
        self.activities.pop(activity_id, None)
        for links in (self.lead_activities, self.person_activities):
            for linked in links.values():
                linked.discard(activity_id)
        for name in ("activity_participants", "activity_files"):
            self.drop(self.tables[name], activity_id=activity_id)

    def drop(self, table: Table, **wanted: Any) -> None:
        """Delete the rows with these values."""
        for row in table.where(**wanted):
            del table[row["id"]]

    def make_token(self, user_id: int) -> str:
        """Make a token for a user, in Sanctum's form; the user's other tokens stay valid."""
        token = f"{len(self.tokens) + 1}|{secrets.token_urlsafe(30)}"
        self.tokens[token] = user_id
        return token

    def forget_tokens(self, user_id: int) -> None:
        """Make all tokens of a user invalid."""
        self.tokens = {token: owner for token, owner in self.tokens.items() if owner != user_id}

    def _cast(self, table: Table, values: Row) -> Row:
        return {key: self._kept(table, key, value) for key, value in values.items() if key in table.columns}

    def _kept(self, table: Table, key: str, value: Any) -> Any:
        column = table.columns[key]
        if column.kind == "datetime":
            return self._times.stored(value)
        if column.kind == "date" and value == "":
            return None
        if column.kind == "json" and column.required and value is None:
            raise Unforeseen(f"{_INTEGRITY}4025 CONSTRAINT `{table.name}.{key}` failed", _QUERY)
        return stored(column, value)

    def _is_dirty(self, table: Table, row: Row, key: str, value: Any) -> bool:
        if table.columns[key].kind in ("datetime", "date"):
            # What is no time is found out here, before a row is changed, but not when one is made
            # (HasAttributes::originalIsEquivalent; recording 348, a-072 of 2.2.3).
            return self._times.stored(value) != self._times.stored(row[key])
        return not same_kind_and_text(value, row[key])

    def _check_keys(self, table: Table, row: Row) -> None:
        for key, column in table.columns.items():
            value = row[key]
            if value is None:
                continue
            if column.references and value not in self.tables[column.references]:
                raise Unforeseen(f"{_INTEGRITY}1452 a foreign key constraint fails (`{key}`)", _QUERY)
            if column.unique and self._is_taken(table, key, row):
                raise Unforeseen(f"{_INTEGRITY}1062 Duplicate entry '{value}' for key '{key}'", _QUERY)

    @staticmethod
    def _is_taken(table: Table, key: str, row: Row) -> bool:
        wanted, own_id = folded(row[key]), row["id"]
        return any(
            other[key] is not None and folded(other[key]) == wanted and other["id"] != own_id
            for other in table.values()
        )
