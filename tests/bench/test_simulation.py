"""The simulation of a day far beyond one machine: what it says follows from what it was told."""

from __future__ import annotations

from dataclasses import replace

import click
import pytest

from .simulation import DAY, MEANS, PEAK, STEP, arriving, play, shares, table, turned, usual

SMALL = replace(usual(), connections=200, deliveries=100_000_000, limited=0.0)


def test_a_day_brings_what_it_is_to_bring_and_is_busiest_in_the_afternoon() -> None:
    day = [arriving(number * STEP) for number in range(round(DAY / STEP))]

    assert sum(day) / len(day) == pytest.approx(1.0)
    assert max(day) == pytest.approx(PEAK, rel=0.15)
    assert 12 < day.index(max(day)) * STEP / 3600 < 16


def test_a_few_connections_are_large_and_all_together_are_one() -> None:
    each = sorted(shares(10_000))

    assert sum(each) == pytest.approx(1.0)
    assert each[-1] > 100 * each[5_000]


def test_the_part_with_the_least_to_spare_breaks_first() -> None:
    assert play(SMALL).first() == "database"
    assert play(turned(SMALL, ("receiver=500",))).first() == "receiver"
    assert play(turned(SMALL, ("worker*2", "database=99999"))).first() == "worker"


def test_twice_as_much_is_twice_as_busy() -> None:
    once, twice = play(SMALL), play(replace(SMALL, deliveries=2 * SMALL.deliveries))

    assert twice.busiest["receiver"] == pytest.approx(2 * once.busiest["receiver"])


def test_what_a_crm_does_not_allow_waits_and_nothing_else_is_busier_for_it() -> None:
    free, bound = play(SMALL), play(replace(SMALL, limited=1.0))

    assert free.waiting == pytest.approx(0.0, abs=1.0)
    assert 0 < bound.waiting < SMALL.deliveries * MEANS
    assert bound.busiest["worker"] < free.busiest["worker"]


def test_it_says_what_breaks_first_and_what_to_turn() -> None:
    lines = table(SMALL, play(SMALL))

    assert any(line.startswith("Breaks first: database") for line in lines)
    assert any("CRMHOST_BROKER_URL" in line for line in lines)


def test_a_part_that_does_not_exist_is_named() -> None:
    with pytest.raises(click.UsageError, match="engine=3 is none of receiver"):
        turned(SMALL, ("engine=3",))
