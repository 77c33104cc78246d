"""How many rows would show a difference, and what these rows can show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

import losscli
from losscli import UsageError
from losscli.comparing.planning import Plan

RANDOM = np.random.default_rng(11)
LABEL = RANDOM.normal(size=400)
FIRST = LABEL + RANDOM.normal(size=400)
SECOND = LABEL + RANDOM.normal(size=400)


def plan_of(size: Any, first: Any = FIRST, second: Any = SECOND, **options: Any) -> Plan:
    report = losscli.compare([first, second], LABEL[: len(first)], "mse", plan=size, **options)
    found = report["mse"].plan
    assert found is not None
    return found


def test_so_many_rows_have_eighty_percent_power_by_the_noncentral_t() -> None:
    found = plan_of("20%")
    spread = ((SECOND - LABEL) ** 2 - (FIRST - LABEL) ** 2).std(ddof=1)
    assert found.rows is not None
    assert found.rows_most is not None
    rows = np.sqrt(found.rows * found.rows_most)
    shift = found.difference / spread * np.sqrt(rows)
    edge = stats.t.isf(0.025, rows - 1)
    assert stats.nct.sf(edge, rows - 1, shift) == pytest.approx(0.8, abs=0.01)
    here = found.difference / spread * np.sqrt(400)
    assert found.power == pytest.approx(stats.nct.sf(stats.t.isf(0.025, 399), 399, here), abs=0.01)


def test_the_smallest_difference_that_is_seen_needs_just_these_rows() -> None:
    smallest = plan_of(1.0).detectable
    assert smallest is not None
    again = plan_of(smallest)
    assert again.power == pytest.approx(0.8, abs=1e-9)
    assert again.rows is not None
    assert again.rows_most is not None
    assert again.rows < 400 < again.rows_most


def test_a_share_is_one_of_the_references_loss() -> None:
    mse = losscli.evaluate(FIRST, LABEL, "mse")["mse"].value
    assert mse is not None
    assert plan_of("5%").difference == pytest.approx(0.05 * mse)
    assert plan_of({"mse": 0.3}).difference == 0.3


def test_each_of_several_tests_has_its_part_of_the_level() -> None:
    both = losscli.compare([FIRST, SECOND], LABEL, "mse,mae", plan="5%")
    found = [item.plan for item in both.comparisons]
    assert [item.alpha for item in found if item is not None] == [0.025, 0.025]


def test_dependent_rows_are_planned_in_clusters_and_need_more_rows() -> None:
    shared = np.repeat(RANDOM.normal(size=40), 10)
    first, second = LABEL + shared, LABEL + np.roll(shared, 10) + 0.3
    alone = plan_of(0.2, first, second)
    grouped = plan_of(0.2, first, second, block_length=10)
    assert alone.rows is not None
    assert grouped.rows is not None
    assert grouped.clusters is not None
    assert alone.clusters is None
    assert grouped.rows > 2 * alone.rows
    assert grouped.clusters == pytest.approx(grouped.rows / 10, abs=1)


def test_where_one_row_makes_the_spread_there_is_no_upper_end() -> None:
    wild = SECOND.copy()
    wild[7] += 100.0
    assert plan_of("10%", FIRST, wild).rows_most is None


def test_no_plan_is_made_of_rows_that_hardly_differ_and_a_note_says_so() -> None:
    alike = FIRST.copy()
    alike[:5] += 0.1
    report = losscli.compare([FIRST, alike], LABEL, "mse", plan="1%")
    assert report["mse"].plan is None
    assert any(note.startswith("no plan for mean squared error") for note in report.notes)


def test_a_difference_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="difference of 0"):
        losscli.compare([FIRST, SECOND], LABEL, "mse", plan="0%")
