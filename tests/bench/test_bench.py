"""The benchmark itself: a wrong result is no figure, and what fell is seen."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from . import page, quick, receive, run
from .deliveries import SIZE, contacts, request
from .load import Seen
from .place import place
from .processes import program
from .rows import TIMES, Aim, Row, Scale, WrongResult, expect

ROW = Row("receive.sqlite", "durable receive", 0.5, TIMES, Aim(least=0.45), {"deliveries a second": 3000.0})


def quiet(_line: str) -> None:
    pass


def test_a_row_says_its_name_value_aim_and_whether_it_is_met() -> None:
    told = ROW.document()

    assert {name: told[name] for name in ("name", "value", "aim", "met")} == {
        "name": "receive.sqlite",
        "value": 0.5,
        "aim": "≥ 0.45",
        "met": True,
    }


@pytest.mark.parametrize(("value", "met"), [(24.9, True), (25.1, False), (None, False)])
def test_an_aim_is_met_or_not_and_what_was_not_measured_is_not(value: float | None, met: bool) -> None:
    assert Aim(most=25).met(value) is met


def test_an_aim_is_met_to_the_point_whatever_a_float_makes_of_it() -> None:
    assert Aim(least=2.2).met((44 / 3) / (20 / 3))
    assert not Aim(least=2.2).met(43 / 20)


def test_a_wrong_result_is_a_problem_and_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(_scale: Scale) -> list[Row]:
        expect("records in the CRM", 99, 100)
        return [ROW]

    monkeypatch.setattr(run, "FAMILIES", {"bad": wrong, "good": lambda _scale: [ROW]})
    ended = run.run(["bad", "good"], Scale(), quiet)

    assert ended.problems == ["bad: records in the CRM: 99, and not 100."]
    assert ended.rows == [ROW]


def test_a_wrong_result_comes_with_what_its_programs_warned_of() -> None:
    said = ("ready", "level='info' event='handled'", "level='error' no disk")
    words = "\n".join([*(f"print({line!r})" for line in said), "import time", "time.sleep(60)"])
    with (
        pytest.raises(WrongResult) as raised,
        program([sys.executable, "-uc", words], "no disk", {}),
    ):
        expect("calls of the CRM", 1201, 1200)

    (note,) = raised.value.__notes__
    assert note.splitlines()[-2:] == ["ready", "level='error' no disk"]


def test_work_that_does_not_end_is_a_wrong_result() -> None:
    with place() as here:
        here.connect("http://127.0.0.1:9")
        here.store(contacts(1))
        with pytest.raises(WrongResult, match="pending"):
            here.wait(0.2)


def test_a_ratio_that_fell_by_more_than_a_third_is_named() -> None:
    kept = {"a": 0.6, "b": 0.6, "c": 0.6}

    fallen = quick.fallen(kept, {"a": 0.41, "b": 0.39})

    assert [line.partition(" ")[0] for line in fallen] == ["b", "c"]


@pytest.mark.parametrize(("second", "status"), [(0.4, 0), (0.1, 1)])
def test_what_fell_is_measured_once_more_before_it_is_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, second: float, status: int
) -> None:
    values = [0.1, second]

    def measured(*_: object) -> run.Run:
        return run.Run([Row("a", "a", values.pop(0), TIMES, Aim(least=1))], [], 1.0)

    kept = tmp_path / "kept.json"
    kept.write_text('{"a": 0.5}')
    monkeypatch.setattr(quick, "KEPT", kept)
    monkeypatch.setattr(quick, "run", measured)

    assert quick.main(quiet, keep=False) == status
    assert values == []


def test_the_page_shows_each_row_and_a_plot_of_each_family(tmp_path: Path) -> None:
    page.write(run.Run([ROW], ["sync: it hung."], 90.0).document(), tmp_path)

    written = (tmp_path / "performance.md").read_text()
    assert f"| durable receive | 0.5 {TIMES} | ≥ 0.45 | met |" in written
    assert "Not measured: sync: it hung." in written
    assert "3,000" in (tmp_path / "performance" / "receive.svg").read_text()


def test_what_another_run_found_of_the_peers_stays_on_the_page(tmp_path: Path) -> None:
    theirs = Row("peers.n8n", "beside n8n", 90.0, TIMES, Aim(least=40), note="It stores later.")

    page.write(run.Run([theirs], [], 60.0).document(), tmp_path, page.PEERS)
    assert not (tmp_path / "performance.md").exists()
    page.write(run.Run([ROW], [], 90.0).document(), tmp_path)

    written = (tmp_path / "performance.md").read_text()
    assert written.index("| durable receive |") < written.index(f"| beside n8n | 90 {TIMES} | ≥ 40 | met |")
    assert "- **peers.n8n**: It stores later." in written


def test_a_delivery_is_signed_and_as_long_as_chatwoots() -> None:
    (one,) = contacts(1)

    head, _, body = request("/webhooks/x", one, "uid").partition(b"\r\n\r\n")

    assert len(body) == SIZE
    assert b"x-chatwoot-signature: sha256=" in head


def test_the_better_of_one_process_and_several_is_the_rows_value_and_said() -> None:
    one, two, limit = (Seen(answered, 0, 1.0, 5.0, 20.0) for answered in (600, 900, 1500))

    row, _ = receive._rows("sqlite", {1: one, 2: two}, limit, {"commits": 20.0})

    assert row.value == 0.6
    assert row.what.endswith(", with 2 processes")
    assert row.parts["with one process, a second"] == 600
    assert row.parts["storing alone, µs for commits"] == 20
