"""The bare numbers of -q."""

from __future__ import annotations

import math

import numpy as np
import pytest

from losscli.cli.formats import render
from losscli.evaluating.report import Result
from losscli.render.screen import Screen
from tests.render.reports import binary, report, result


def written(*results: Result) -> str:
    return render(report(results), "bare", Screen(None, False))


def test_a_line_is_a_number_to_its_last_digit() -> None:
    assert written(*binary().results) == "0.07177570909570363\n0.021142655218552513\n2410.25\n"


@pytest.mark.parametrize(
    ("value", "word"),
    [(math.inf, "inf"), (-math.inf, "-inf"), (math.nan, "nan"), (np.float64(0.1), "0.1")],
)
def test_every_number_is_as_python_reads_it(value: float, word: str) -> None:
    assert written(result(value=value)) == f"{word}\n"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([0.5, math.inf], "0.5\ninf\n"),
        ([[0.5, 1.0], [math.nan, 2.0]], "0.5,1.0\nnan,2.0\n"),
        ([], ""),
    ],
)
def test_an_unreduced_loss_is_a_line_per_row(values: list[float], text: str) -> None:
    assert written(result(value=None, reduction="none", values=np.array(values))) == text
