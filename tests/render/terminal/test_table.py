"""The table for a person at a terminal."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from losscli.cli.formats import render, render_recommendation
from losscli.evaluating.report import Report
from losscli.render.screen import Screen
from tests.render.conftest import Snapshot
from tests.render.reports import (
    advice,
    binary,
    divergence,
    hostile,
    report,
    result,
    taken_apart,
)

WIDTHS = [20, 24, 30, 40, 50, 57, 60, 72, 80, 100, 120]
REPORTS = {"binary": binary(), "divergence": divergence(), "hostile": hostile()}


def unreduced() -> Report:
    losses = np.array([0.1, 2.0, 1 / 3, math.inf, *np.linspace(0, 1, 224)])
    items = np.arange(228 * 2).reshape(228, 2) / 7
    return report(
        [
            result(value=None, reduction="none", values=losses, baseline=None, skill=None),
            result("mse", value=None, reduction="none", values=items, baseline=None, skill=None),
        ]
    )


class TestSnapshots:
    @pytest.mark.parametrize("width", [80, 40, 20])
    def test_of_a_score_taken_apart(self, snapshot: Snapshot, width: int) -> None:
        snapshot(f"explained_{width}.txt", render(taken_apart(), "table", Screen(width, False)))

    @pytest.mark.parametrize("width", [80, 60, 40, None])
    def test_of_three_losses(self, snapshot: Snapshot, width: int | None) -> None:
        snapshot(f"table_{width}.txt", render(binary(), "table", Screen(width, False)))

    @pytest.mark.parametrize("width", [80, 40])
    def test_of_a_terminal(self, snapshot: Snapshot, width: int) -> None:
        snapshot(f"terminal_{width}.txt", render(binary(), "table", Screen(width, notes=True)))

    @pytest.mark.parametrize("width", [80, 40])
    def test_of_all_that_can_be_asked_for(self, snapshot: Snapshot, width: int) -> None:
        screen = Screen(width, notes=True, why=True, signatures=True)
        snapshot(f"everything_{width}.txt", render(binary(), "table", screen))

    @pytest.mark.parametrize("width", [80, 40])
    def test_of_one_loss_under_two_conventions(self, snapshot: Snapshot, width: int) -> None:
        twice = [result(convention=name, recommended=True) for name in ("torch", "sklearn")]
        text = render(report(twice), "table", Screen(width, notes=True))
        snapshot(f"conventions_{width}.txt", text)

    @pytest.mark.parametrize("width", [80, 40])
    def test_of_parts_and_a_loss_worse_than_the_baseline(
        self, snapshot: Snapshot, width: int
    ) -> None:
        snapshot(f"parts_{width}.txt", render(divergence(), "table", Screen(width, False)))

    @pytest.mark.parametrize("width", [80, 40])
    def test_of_losses_row_by_row(self, snapshot: Snapshot, width: int) -> None:
        snapshot(f"rows_{width}.txt", render(unreduced(), "table", Screen(width, False)))

    @pytest.mark.parametrize("width", [80, 40, None])
    def test_of_a_recommendation(self, snapshot: Snapshot, width: int | None) -> None:
        text = render_recommendation(advice(), "table", Screen(width, False))
        snapshot(f"recommendation_{width}.txt", text)


class TestWidth:
    @pytest.mark.parametrize("width", WIDTHS)
    @pytest.mark.parametrize("name", REPORTS)
    def test_no_line_is_longer_than_the_screen(self, name: str, width: int) -> None:
        text = render(REPORTS[name], "table", Screen(width, False))
        assert max(map(cell_len, text.splitlines())) <= width

    @pytest.mark.parametrize("width", [*WIDTHS, None])
    @pytest.mark.parametrize("name", REPORTS)
    def test_nothing_ends_in_an_ellipsis(self, name: str, width: int | None) -> None:
        assert "…" not in render(REPORTS[name], "table", Screen(width, False))

    @pytest.mark.parametrize("width", [*WIDTHS, None])
    def test_every_number_stands_whole(self, width: int | None) -> None:
        text = render(binary(), "table", Screen(width, False))
        numbers = re.findall(r"\d+(?:\.\d+)?", text)
        for number in ("0.07177571", "0.02114266", "2410.25", "0.0334", "0.0088", "0.660433"):
            assert number in numbers

    @pytest.mark.parametrize("width", [*WIDTHS, None])
    def test_no_line_ends_in_blanks(self, width: int | None) -> None:
        for line in render(binary(), "table", Screen(width, False)).splitlines():
            assert line == line.rstrip()

    def test_without_a_screen_nothing_is_wrapped(self) -> None:
        signature = "|".join(f"parameter_{place}:{place}" for place in range(200))
        long = report([result(title="loss " * 60 + "end", signature=signature)])
        text = render(long, "table", Screen(None, signatures=True))
        assert signature in text
        assert "loss " * 60 + "end" in text

    @pytest.mark.parametrize("width", [40, 80])
    def test_a_signature_breaks_between_its_fields(self, width: int) -> None:
        text = render(binary(), "table", Screen(width, signatures=True))
        folded = text.partition("Signatures\n")[2]
        joined = re.sub(r"\|\n +", "|", folded)
        assert [line.strip() for line in joined.splitlines()] == [
            result.signature for result in binary().results
        ]


class TestContent:
    def test_the_loss_that_was_named_first_leads_with_its_number(self) -> None:
        bce, brier = binary().results[:2]
        text = render(report([brier, bce]), "table", Screen(80))
        assert text.startswith("Brier score  0.02114266")
        text = render(report([bce, brier]), "table", Screen(80))
        assert text.startswith("binary cross entropy  0.07177571 nats")

    def test_whoever_names_another_loss_gets_no_advice(self) -> None:
        assert "advice" in render(binary(), "table", Screen(80))
        assert "advice" not in render(report(binary().results[1:]), "table", Screen(80))

    def test_a_loss_worse_than_the_best_constant_says_so(self) -> None:
        text = render(report([result(skill=-0.5)]), "table", Screen(80))
        assert "50.0 % worse than the best constant (0.660433)" in text

    def test_an_even_interval_is_one_number_and_another_both_its_ends(self) -> None:
        uneven = result(interval=(0.05, 0.1051906865084558))
        assert "± 0.0334 (95 %)" in render(report([result()]), "table", Screen(80))
        assert "[0.0500, 0.1052] (95 %)" in render(report([uneven]), "table", Screen(80))

    def test_five_losses_take_fifteen_lines_at_most(self) -> None:
        five = [result(f"loss_{place}", recommended=not place, clipped=11) for place in range(5)]
        lines = render(report(five, notes=()), "table", Screen(80, notes=True)).splitlines()
        assert len(lines) <= 15
        assert all(any(f"loss {place}" in line for line in lines) for place in range(5))

    @pytest.mark.parametrize("width", [40, 80, None])
    def test_evidence_and_signatures_stand_where_they_are_asked_for(
        self, width: int | None
    ) -> None:
        plain = render(binary(), "table", Screen(width))
        assert "yes or no" not in plain
        assert "losscli:0.1.0" not in plain
        assert "yes or no" in render(binary(), "table", Screen(width, why=True))
        assert "losscli:0.1.0" in render(binary(), "table", Screen(width, signatures=True))

    def test_points_stand_below_each_other(self) -> None:
        values = [3234.897227743972, 56.876156935432725, 286288.4046553415, 0.5]
        losses = [result(f"loss_{place}", value=value) for place, value in enumerate(values)]
        lines = render(report(losses), "table", Screen(None, False)).splitlines()
        rows = [line for line in lines if re.match(r" +loss \d", line)]
        assert len({row.index(".") for row in rows}) == 1

    @pytest.mark.parametrize("width", [40, 60, 80, None])
    def test_whatever_was_moved_or_left_out_is_counted(self, width: int | None) -> None:
        counted = report([result(clipped=1234, dropped=5, ignored=6, n=217)])
        text = render(counted, "table", Screen(width, notes=True))
        for words in ("clipped  1,234 in bce", "ignored  6 in bce", "217 of 228 rows"):
            assert words in text

    def test_what_is_not_finite_is_said(self) -> None:
        odd = result(value=math.inf, interval=(-math.inf, math.inf), skill=-math.inf)
        text = render(report([odd, result("other", value=math.nan)]), "table", Screen(80, False))
        assert re.search(r"binary cross entropy +inf ", text)
        assert re.search(r"other +nan ", text)

    def test_almost_all_is_not_all(self) -> None:
        text = render(report([result(skill=0.99996)]), "table", Screen(80, False))
        assert "> 99.9 %" in text
        assert "100.0 %" not in text

    def test_a_loss_with_two_parameters_is_two_losses(self) -> None:
        losses = [
            result("huber", params={"delta": delta, "eps": 0.0}, title="Huber loss")
            for delta in (1.0, 2.5)
        ]
        text = render(report(losses), "table", Screen(80, False))
        assert "Huber loss (delta=1)" in text
        assert "Huber loss (delta=2.5)" in text

    def test_a_loss_under_two_conventions_is_two_losses(self) -> None:
        losses = [result(convention=name) for name in ("standard", "torch")]
        text = render(report(losses), "table", Screen(120, False))
        assert "binary cross entropy (standard)" in text
        assert "binary cross entropy (torch)" in text

    def test_a_better_higher_value_is_named(self) -> None:
        text = render(report([result(lower_is_better=False)]), "table", Screen(80, False))
        assert "higher is better" in text

    def test_notes_stand_beside_or_beneath_and_never_twice(self) -> None:
        assert "--like exact" not in render(binary(), "table", Screen(80))
        assert render(binary(), "table", Screen(80, notes=True)).count("--like exact") == 1

    def test_columns_go_by_their_names(self) -> None:
        losses = [result(value=None, reduction="columns", values=np.array([0.25, 1 / 3]))]
        named = replace(report(losses).inputs[0], columns=("cat", "dog"))
        text = render(report(losses, inputs=(named,)), "table", Screen(80, False))
        assert re.search(r"cat +0.25\n +dog +0.3333333\n", text)

    def test_a_report_of_nothing_is_no_error(self) -> None:
        for width in (40, 80, None):
            assert render(report([], inputs=()), "table", Screen(width, False)).endswith("\n")


class TestColour:
    def test_none_without_colour(self) -> None:
        assert "\x1b" not in render(binary(), "table", Screen(80, False))

    @pytest.mark.parametrize("width", [40, 80])
    def test_colour_changes_no_word(self, width: int) -> None:
        colored = render(binary(), "table", Screen(width, True))
        assert "\x1b[1;32m" in colored
        plain = re.sub(r"\x1b\[[\d;]*m", "", colored)
        stripped = "\n".join(line.rstrip() for line in plain.split("\n"))
        assert stripped == render(binary(), "table", Screen(width, False))


class TestHostileTexts:
    @pytest.mark.parametrize("width", [20, 40, 80, None])
    def test_nothing_drives_the_terminal(self, width: int | None) -> None:
        screen = Screen(width, notes=True, why=True, signatures=True)
        text = render(hostile(), "table", screen)
        assert text.replace("\n", "").isprintable()

    def test_markup_is_text(self) -> None:
        text = render(hostile(), "table", Screen(None, notes=True, why=True, signatures=True))
        assert "\\x1b[31mred\\x1b]0;owned\\x07[red]=cmd()<script>\\u202e\\x9b\\n|`" in text
        assert text.count("[red]") >= 8
