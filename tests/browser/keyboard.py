"""Each page by the keyboard alone, and as a screen reader hears it.

Run by ``make test-browser``, with the pages.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from .looking import Looking
from .pages import PATHS

KEYS = (Path(__file__).parent / "keys.js").read_text()
REACHED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
  return {
    key: Number(one.dataset.key ?? -1), top: box.top + scrollY, bottom: box.bottom + scrollY,
    main: Boolean(one.closest("main")),
    marked: style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 2,
    seen: box.top >= 0 && box.bottom <= innerHeight + 1 && box.left >= 0 && box.right <= innerWidth,
  };
}"""
LONG = {"deliveries", "delivery", "delivery-shown", "connection-month", "found", "nobody"}
"""What is of one kind with another, or has more of the same."""


@pytest.mark.parametrize("name", sorted(PATHS.keys() - LONG))
def test_all_is_reached_by_the_keyboard_from_the_top_to_the_foot(administrator: Looking, name: str) -> None:
    """Nothing is left out, each is marked and within the window, and none jumps back up."""
    administrator.resize("phone")
    administrator.go(PATHS[name])

    reached = tabbed(administrator)

    assert [one["key"] for one in reached] == list(range(len(reached)))
    assert [one for one in reached if not (one["marked"] and one["seen"])] == []
    within = [one for one in reached if one["main"]]
    assert [two for one, two in pairwise(within) if two["bottom"] < one["top"]] == []


def tabbed(looking: Looking) -> list[dict[str, Any]]:
    """Press Tab as often as there is something to be reached; return what was."""
    reached = []
    for _ in range(looking.page.evaluate(KEYS)):
        looking.page.keyboard.press("Tab")
        reached.append(looking.page.evaluate(REACHED))
    return reached


def test_the_menu_is_skipped(administrator: Looking) -> None:
    page = administrator.page
    administrator.go("/contacts")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.locator("#q")).to_be_focused()


def test_details_are_opened_by_the_keyboard(administrator: Looking) -> None:
    page = administrator.page
    administrator.go(PATHS["settings"])
    group = page.locator("summary").first

    group.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.get_by_label("Krayin's address")).to_be_focused()


def test_what_comes_by_itself_is_said_where_it_is_new(administrator: Looking) -> None:
    page = administrator.page
    administrator.go("/")
    said = page.locator("#news")
    look = "htmx.ajax('GET', '/', {target: '#live', select: '#live', swap: 'outerHTML'})"

    page.evaluate(look)
    expect(said).to_be_empty()
    page.route("**/", lambda route: route.fulfill(body=told_otherwise(route.fetch().text())))
    page.evaluate(look)

    expect(said).to_have_text("Everything does as it should")
    page.unroute_all()
    administrator.check()


def told_otherwise(page: str) -> str:
    """Return the overview with another headline."""
    assert "1 connection needs you" in page
    return page.replace("1 connection needs you", "Everything does as it should")


@pytest.mark.parametrize("name", ["contacts", "failed", "users", "doctor"])
def test_a_table_is_one_still_where_its_rows_are_cards(administrator: Looking, name: str) -> None:
    """A phone's browser must not take rows for mere boxes: Chromium's own tree of what is said."""
    administrator.resize("phone")
    administrator.go(PATHS[name])

    tree = administrator.page.context.new_cdp_session(administrator.page).send("Accessibility.getFullAXTree")

    roles = [node["role"]["value"] for node in tree["nodes"] if not node["ignored"]]
    assert roles.count("table") == 1
    assert roles.count("row") > 1
    assert roles.count("columnheader") >= 3
