"""The page on data handling names every table, and which of them are about one contact."""

import re

from crmhost.store.tables import metadata

from .pages import ROOT

PAGE = (ROOT / "docs/explanation/data-handling.md").read_text()


def test_every_table_is_on_the_page_and_what_is_about_a_contact_is_said_to_be() -> None:
    rows = [
        (name, told)
        for names, told in re.findall(r"^\| (`.+`) \| [^|]+ \| (yes|no) \|", PAGE, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", names)
    ]

    about = {
        name: bool({"contact_id", "record"} & set(table.c.keys())) for name, table in metadata.tables.items()
    }
    assert {name: told == "yes" for name, told in rows} == about
