"""Rows that stand in the data several times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import losscli

RANDOM = np.random.default_rng(5)
LABEL = RANDOM.normal(size=60)
PRED = LABEL + RANDOM.normal(size=60)


def said(pred: Any, label: Any, **options: Any) -> str:
    return "\n".join(losscli.evaluate(pred, label, "mse", **options).notes)


@pytest.mark.parametrize(
    ("copied", "what_to_do"),
    [(np.repeat, "say --block-length 5"), (np.tile, "keep one of each")],
)
def test_each_row_five_times_is_said_by_eval_and_compare(
    copied: Callable[[Any, int], Any], what_to_do: str
) -> None:
    pred, label = copied(PRED, 5), copied(LABEL, 5)
    for note in (
        said(pred, label),
        "\n".join(losscli.compare([pred, pred + 0.1], label, "mse").notes),
    ):
        assert "300 rows are 60 different ones" in note
        assert what_to_do in note


def test_rows_in_several_blocks_and_threads_are_counted_once() -> None:
    # Rows of 40,000 items stand in blocks of 2 rows.
    pred = np.tile(RANDOM.normal(size=(12, 40_000)), (2, 1))
    label = np.tile(np.arange(12), 2)
    for threads in (1, 2):
        report = losscli.evaluate(pred, label, "ce", kind="logit", threads=threads)
        assert any("24 rows are 12 different ones" in note for note in report.notes)


@pytest.mark.parametrize(
    ("pred", "label"),
    [
        (PRED, LABEL),
        (np.repeat([0.2, 0.9], 50), np.arange(100) % 2),
        (np.round(RANDOM.random(300), 1), (RANDOM.random(300) < 0.5).astype(float)),
        (np.repeat(np.arange(20.0), 5), np.repeat(np.arange(20.0), 5)),
        (np.repeat(RANDOM.random(20), 30), RANDOM.integers(0, 2, 600)),
    ],
    ids=["all different", "two leaves", "coarse", "whole numbers", "leaves of a tree"],
)
def test_rows_that_repeat_by_nature_are_not_said(pred: Any, label: Any) -> None:
    assert "different ones" not in said(pred, label, task="regression")


def test_blocks_that_were_named_are_not_said_again() -> None:
    pred, label = np.repeat(PRED, 5), np.repeat(LABEL, 5)
    assert "different ones" not in said(pred, label, block_length=5)


def test_eighteen_rows_are_the_fewest_that_can_be_told_to_repeat() -> None:
    places = np.concatenate([np.arange(10), np.arange(8)])
    assert "18 rows are 10 different ones" in said(PRED[places], LABEL[places])
    assert "different ones" not in said(PRED[places[:17]], LABEL[places[:17]])
