"""Models compared: on a screen, in Markdown and in JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from losscli.cli.formats import render_comparison
from losscli.comparing.report import ComparedSlice, Comparison, ComparisonReport, Verdict
from losscli.evaluating.report import Input, IntervalMethod
from losscli.render.comparison_columns import few_large_misses
from losscli.render.screen import Screen
from tests.render.conftest import Snapshot
from tests.render.reports import HOSTILE

SCREEN = Screen(None, False)
SCHEMA: Any = json.loads(
    files("losscli").joinpath("schema/comparison.schema.json").read_text(encoding="utf-8")
)
METHOD = IntervalMethod("bootstrap-t", 2000, "rows", 0)


def comparison(**changes: Any) -> Comparison:
    """The cross entropy of the sample pair, with changes."""
    usual = Comparison(
        loss="binary_cross_entropy",
        title="binary cross entropy",
        reference="model_a",
        model="model_b",
        reference_value=0.10804827914226246,
        value=0.11637788023760125,
        difference=0.008329601095338784,
        interval=(-0.030935856400324868, 0.08884966199030614),
        standard_error=0.025010979476276913,
        p=0.7656171914042978,
        p_holm=0.7656171914042978,
        better=0.7807017543859649,
        equal=0.0,
        n=228,
        verdict=Verdict.NOT_PROVEN,
        rows_needed=16136,
        rows_needed_most=None,
        level=0.95,
        words="not proven: about 17,000 rows would be needed for 80 % power",
        unit="nats",
        params={},
        lower_is_better=True,
        recommended=True,
        convention="standard",
        interval_method=METHOD,
        signatures=("binary_cross_entropy|n:228", "binary_cross_entropy|n:228"),
        decisive=2,
    )
    return replace(usual, **changes)


def dice(**changes: Any) -> Comparison:
    """A function of sums, by which the second model is better."""
    usual = comparison(
        loss="dice",
        title="Dice loss",
        reference_value=0.06628059388638442,
        value=0.04646371397337588,
        difference=-0.01981687991300854,
        interval=(-0.03103422146650794, -0.00584573925277079),
        p=0.0004997501249375312,
        p_holm=0.0009995002498750624,
        better=None,
        equal=None,
        verdict=Verdict.BETTER,
        rows_needed=None,
        rows_needed_most=None,
        level=0.95,
        words="model_b is better",
        unit="",
        recommended=False,
        interval_method=replace(METHOD, name="BCa bootstrap"),
        decisive=None,
    )
    return replace(usual, **changes)


def report(*comparisons: Comparison, **changes: Any) -> ComparisonReport:
    """A report of the sample pair, with changes."""
    usual = ComparisonReport(
        version="0.1.0",
        inputs=tuple(
            Input(role, name, (column,), 228, "text")
            for role, name, column in (
                ("pred", "model_a.csv", "prob"),
                ("pred", "model_b.csv", "prob"),
                ("label", "labels.csv", "label"),
            )
        ),
        task="binary",
        rows=228,
        models=("model_a", "model_b"),
        comparisons=comparisons,
        tests=len(comparisons),
        resamples=2000,
        seed=0,
        notes=("a note",),
    )
    return replace(usual, **changes)


def groups(*names: str | None) -> tuple[ComparedSlice, ...]:
    """The sample pair in groups of rows, worse in the first and better in the second."""
    verdicts = (Verdict.WORSE, Verdict.BETTER, Verdict.NOT_PROVEN)
    harms = (0.02, -0.01, 0.001)
    return tuple(
        ComparedSlice(
            "site",
            name,
            2 * len(names),
            tuple(
                replace(item, verdict=verdict, difference=harm, n=50 * place)
                for item in (comparison(), dice())
            ),
        )
        for place, (name, verdict, harm) in enumerate(zip(names, verdicts, harms, strict=True), 1)
    )


UNTESTED = comparison(
    loss="medae",
    title="median absolute error",
    unit="",
    recommended=False,
    value=math.inf,
    difference=math.inf,
    interval=None,
    standard_error=None,
    p=None,
    p_holm=None,
    better=None,
    equal=None,
    verdict=Verdict.UNTESTED,
    rows_needed=None,
    rows_needed_most=None,
    level=0.95,
    words="not tested: no finite function of sums of rows",
    interval_method=None,
    decisive=None,
)
REPORTS = {
    "pair": report(comparison(), dice()),
    "three": report(
        comparison(),
        comparison(
            model="model_c",
            verdict=Verdict.WORSE,
            words="model_a is better",
            p_holm=0.02,
            value=0.3,
        ),
        models=("model_a", "model_b", "model_c"),
    ),
    "untested": report(comparison(), UNTESTED, tests=1),
    "groups": report(comparison(), dice(), slices=groups("north", "south 2", None)),
    "groups_of_three": report(
        comparison(),
        comparison(model="model_c"),
        models=("model_a", "model_b", "model_c"),
        slices=(
            ComparedSlice(None, "0", 4, (comparison(n=85), comparison(model="model_c", n=85))),
            ComparedSlice(None, "1", 4, (comparison(n=143), comparison(model="model_c", n=143))),
        ),
    ),
    "hostile": report(
        comparison(reference=HOSTILE, model=HOSTILE, words=HOSTILE, title=HOSTILE, unit=HOSTILE),
        models=(HOSTILE, HOSTILE),
        notes=(HOSTILE,),
        slices=(ComparedSlice(HOSTILE, HOSTILE, 1, (comparison(title=HOSTILE, model=HOSTILE),)),),
    ),
}


class TestScreen:
    @pytest.mark.parametrize("width", [80, 40])
    @pytest.mark.parametrize("name", ["pair", "three", "untested", "groups", "groups_of_three"])
    def test_snapshot(self, snapshot: Snapshot, name: str, width: int) -> None:
        text = render_comparison(REPORTS[name], "table", Screen(width, False))
        snapshot(f"compare_{name}_{width}.txt", text)

    @pytest.mark.parametrize("width", [20, 30, 40, 57, 72, 80, 100])
    @pytest.mark.parametrize("name", REPORTS)
    def test_no_line_is_longer_than_the_screen(self, name: str, width: int) -> None:
        text = render_comparison(REPORTS[name], "table", Screen(width, False))
        assert max(map(cell_len, text.splitlines())) <= width

    def test_verdicts_have_colours_where_there_are_any(self) -> None:
        proven = report(dice(recommended=True))
        assert "\x1b[" not in render_comparison(proven, "table", Screen(80))
        text = render_comparison(proven, "table", Screen(80, color=True))
        assert "\x1b[1;32mmodel_b is better:" in text

    def test_the_verdict_comes_before_the_numbers(self) -> None:
        lines = render_comparison(REPORTS["pair"], "table", Screen(80)).splitlines()
        assert lines[2].startswith("No winner yet: model_a is ahead of model_b by 0.00833 nats")
        assert "about 17,000 rows" in " ".join(lines[2:5])

    def test_the_loss_that_was_named_first_has_the_verdict(self) -> None:
        text = render_comparison(report(dice(), comparison()), "table", Screen(80))
        assert "model_b is better: 0.0198 less Dice loss" in text
        assert "No winner yet" not in text

    def test_another_loss_that_proves_more_is_heard(self) -> None:
        text = render_comparison(REPORTS["pair"], "table", Screen(80))
        assert "By Dice loss, model_b is better (p = 0.001)." in text
        text = render_comparison(report(dice(recommended=True), dice()), "table", Screen(80))
        assert "By Dice loss" not in text

    def test_most_rows_against_the_verdict_come_with_the_command_that_shows_why(self) -> None:
        lines = render_comparison(REPORTS["pair"], "table", Screen(80)).splitlines()
        place = lines.index(
            "model_b is better on 78 % of the rows and is behind by few, large misses:"
        )
        assert lines[place + 1].strip() == (
            "losscli rows model_b.csv labels.csv -p prob -y label --top 5"
        )
        ahead = report(comparison(better=0.2, difference=-0.0083))
        assert "losscli rows model_a.csv" in render_comparison(ahead, "table", Screen(80))

    @pytest.mark.parametrize(
        "changes",
        [
            {"better": 0.45, "equal": 0.1},
            {"better": 0.51},
            {"better": 0.59},
            {"better": 0.62, "n": 40},
            {"decisive": 12},
            {"decisive": None},
        ],
    )
    def test_few_large_misses_are_few_and_against_a_clear_majority(self, changes: Any) -> None:
        text = render_comparison(report(comparison(**changes)), "table", Screen(80))
        assert "of the rows" not in text

    def test_only_a_model_that_is_proven_to_be_worse_loses(self) -> None:
        assert few_large_misses(comparison()) == (
            "model_b",
            "is better on 78 % of the rows and is behind by few, large misses",
        )
        lost = few_large_misses(comparison(verdict=Verdict.WORSE, better=0.999))
        assert lost == ("model_b", "is better on 99 % of the rows and loses by few, large misses")

    def test_equal_values_of_rows_that_differ_are_no_winner_and_no_equality(self) -> None:
        value = 0.10804827914226246
        even = comparison(value=value + 1.4e-17, difference=1.4e-17, equal=0.2)
        text = " ".join(render_comparison(report(even), "table", Screen(80)).split())
        assert (
            "No winner: model_a and model_b have the same binary cross entropy, though they differ "
            "on 80.0 % of the rows; the true difference may lie anywhere in [-0.031, 0.089]."
        ) in text
        assert "large misses" not in text
        sums = comparison(difference=0.0, better=None, equal=None, interval=None)
        text = " ".join(render_comparison(report(sums), "table", Screen(80)).split())
        assert "though they differ on some rows." in text

    def test_models_that_are_equal_on_every_row_are_a_tie(self) -> None:
        words = "equal on every row but for rounding"
        tie = comparison(
            value=0.10804827914226246, difference=0.0, verdict=Verdict.EQUAL, words=words
        )
        text = render_comparison(report(tie), "table", Screen(80))
        assert f"model_a and model_b are a tie: {words}" in " ".join(text.split())

    def test_losses_of_one_number_are_counted_as_one_test(self) -> None:
        same = comparison(loss="dice", title="Dice loss", same_test_as="binary_cross_entropy")
        text = render_comparison(report(comparison(), same, tests=1), "table", Screen(200))
        assert "(1 test for 2 differences)" in text

    def test_names_too_long_for_columns_stand_above_them(self) -> None:
        names = ("a_model_with_quite_a_long_name", "another_model_with_a_long_name")
        long = comparison(reference=names[0], model=names[1])
        text = render_comparison(report(long, models=names), "table", Screen(80))
        assert f"first   {names[0]}" in text
        assert f"second  {names[1]}" in text

    def test_a_command_on_two_lines_is_one_for_the_shell(self) -> None:
        lines = render_comparison(REPORTS["pair"], "table", Screen(40)).splitlines()
        place = next(place for place, line in enumerate(lines) if "losscli rows" in line)
        assert lines[place].endswith(" \\")
        joined = lines[place].removesuffix("\\") + lines[place + 1]
        assert joined.split() == [
            *("losscli", "rows", "model_b.csv", "labels.csv"),
            *("-p", "prob", "-y", "label", "--top", "5"),
        ]

    @pytest.mark.parametrize("width", [40, 80])
    def test_notes_stand_beneath_where_the_screen_has_them(self, width: int) -> None:
        assert "a note" not in render_comparison(REPORTS["pair"], "table", Screen(width))
        text = render_comparison(REPORTS["pair"], "table", Screen(width, notes=True))
        assert text.count("a note") == 1

    def test_nothing_hostile_reaches_the_terminal(self) -> None:
        text = render_comparison(REPORTS["hostile"], "table", Screen(80, False))
        assert text.replace("\n", "").isprintable()


class TestMarkdown:
    def test_snapshot(self, snapshot: Snapshot) -> None:
        snapshot("compare_pair.md.txt", render_comparison(REPORTS["pair"], "markdown", SCREEN))

    def test_snapshot_of_groups(self, snapshot: Snapshot) -> None:
        snapshot("compare_groups.md.txt", render_comparison(REPORTS["groups"], "markdown", SCREEN))

    def test_nothing_hostile_becomes_markup(self) -> None:
        text = render_comparison(REPORTS["hostile"], "markdown", SCREEN)
        assert "<script>" not in text
        for table in text.split("\n\n"):
            rows = [line for line in table.splitlines() if line.startswith("| ")]
            assert len({line.count(" | ") for line in rows}) <= 1


class TestSpreadsheet:
    def test_every_digit_is_there_and_no_formula(self) -> None:
        formula = report(comparison(reference="=cmd()", model="+1"))
        text = render_comparison(formula, "csv", SCREEN)
        [row] = csv.DictReader(io.StringIO(text))
        assert row["difference"] == "0.008329601095338784"
        assert (row["reference"], row["model"]) == ("'=cmd()", "'+1")

    def test_groups_of_rows_follow_all_rows(self) -> None:
        rows = list(
            csv.DictReader(io.StringIO(render_comparison(REPORTS["groups"], "csv", SCREEN)))
        )
        named = [(row["by"], row["group"], row["loss"]) for row in rows]
        assert named == [
            (*by, loss)
            for by in (("", ""), ("site", "north"), ("site", "south 2"), ("site", ""))
            for loss in ("binary_cross_entropy", "dice")
        ]


class TestJson:
    @pytest.mark.parametrize("name", REPORTS)
    def test_it_is_strict_and_keeps_to_the_schema(self, name: str) -> None:
        document = json.loads(render_comparison(REPORTS[name], "json", SCREEN))
        jsonschema.Draft202012Validator(SCHEMA).validate(document)
        assert document == REPORTS[name].to_dict()

    def test_what_is_not_finite_is_null_and_a_word(self) -> None:
        document = json.loads(render_comparison(REPORTS["untested"], "json", SCREEN))
        lost = document["comparisons"][1]
        assert (lost["value"], lost["nonfinite"]) == (None, "inf")
        assert (lost["difference"], lost["difference_nonfinite"]) == (None, "inf")

    @pytest.mark.parametrize(
        ("data", "schema"),
        [
            (ComparisonReport, SCHEMA),
            (Comparison, SCHEMA["$defs"]["comparison"]),
            (ComparedSlice, SCHEMA["$defs"]["slice"]),
            (IntervalMethod, SCHEMA["$defs"]["interval_method"]),
        ],
        ids=lambda given: getattr(given, "__name__", ""),
    )
    def test_it_names_the_fields_and_no_others(self, data: Any, schema: dict[str, Any]) -> None:
        named = [name for name in schema["properties"] if not name.endswith("nonfinite")]
        assert [name for name in named if name != "schema"] == list(data.__struct_fields__)
        assert schema["additionalProperties"] is False
        assert set(schema["required"]) == set(named)
        assert all(field.get("description") for field in schema["properties"].values())

    def test_it_knows_the_verdicts(self) -> None:
        words = SCHEMA["$defs"]["comparison"]["properties"]["verdict"]["enum"]
        assert words == [verdict.value for verdict in Verdict]
