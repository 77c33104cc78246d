"""Leaderboards: what a person sees of many pairs."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from losscli.batching.report import BatchRow, Failure, LossValue, leaderboard
from losscli.render.leaderboard_files import as_csv, as_markdown
from losscli.render.screen import Screen
from losscli.render.terminal.leaderboard import render_leaderboard
from tests.render.conftest import Snapshot
from tests.render.reports import HOSTILE

NAN, INF = float("nan"), float("inf")


def score(loss: str, value: float, *, lower: bool = True, **params: object) -> LossValue:
    signature = f"{loss}|like:standard|reduction:mean|n:228|losscli:0.1.0"
    title = loss.replace("_", " ")
    return LossValue(
        loss, title, value, 228, params, "standard", "mean", lower, 0.01, 0, 0, 0, signature
    )


def row(name: str, *scores: LossValue, message: str = "") -> BatchRow:
    path = f"runs/{name}/preds.npy"
    failure = Failure(3, f"{path}: {message}", path) if message else None
    return BatchRow(
        path, path, f"runs/{name}/y.npy", None, "binary", "probability", scores, failure
    )


ROWS = (
    row("mlp", score("binary_cross_entropy", 0.0912345678), score("brier", 0.025)),
    row("gone", message="there is no such file."),
    row("forest", score("binary_cross_entropy", 0.0717757091), score("brier", 0.0211111119)),
    row("old", score("brier", 0.03)),
    row("copy", score("binary_cross_entropy", 0.0717757091), score("brier", 0.0211111119)),
    row("diverged", score("binary_cross_entropy", NAN), score("brier", 0.5)),
    row("sure", score("binary_cross_entropy", INF), score("brier", 0.25)),
    row("cut", message="is truncated: the header promises 8,000 bytes, the file holds 172."),
)


@pytest.mark.parametrize("width", [80, 40, 30])
def test_a_table_fits_its_screen(snapshot: Snapshot, width: int) -> None:
    text = render_leaderboard(leaderboard(ROWS, None, None), Screen(width, False))
    assert max(map(len, text.splitlines())) <= width
    snapshot(f"leaderboard_{width}.txt", text)


def test_markdown(snapshot: Snapshot) -> None:
    snapshot("leaderboard.md.txt", as_markdown(leaderboard(ROWS, None, None)))


def test_equal_values_share_a_rank_and_the_next_one_counts_them() -> None:
    places = leaderboard(ROWS, "bce", None).places
    assert [(place.row.name.split("/")[1], place.rank) for place in places] == [
        ("forest", 1),
        ("copy", 1),
        ("mlp", 3),
        ("sure", 4),
        ("old", None),
        ("diverged", None),
        ("gone", None),
        ("cut", None),
    ]


def test_the_loss_decides_what_is_best() -> None:
    rows = [row(name, score("r2", value, lower=False)) for name, value in (("a", 0.1), ("b", 0.9))]
    assert [place.row.name for place in leaderboard(rows, None, None).places] == [
        "runs/b/preds.npy",
        "runs/a/preds.npy",
    ]


def test_conventions_are_columns_of_their_own() -> None:
    plain = score("binary_cross_entropy", 0.5)
    rows = [row("a", plain), row("b", replace(plain, convention="torch", value=0.4))]
    head = as_csv(leaderboard(rows, None, None)).splitlines()[0]
    assert "binary_cross_entropy (standard),binary_cross_entropy (torch)" in head


def test_parameters_that_differ_are_named() -> None:
    rows = [row("a", score("focal", 0.1, gamma=1.0), score("focal", 0.2, gamma=2.0))]
    head = as_csv(leaderboard(rows, None, None)).splitlines()[0]
    assert "focal (gamma=1),focal (gamma=2)" in head


def test_hostile_names_cannot_drive_a_terminal_or_a_page() -> None:
    rows = [row(HOSTILE, score("brier", 0.1)), row(f"{HOSTILE}2", message=HOSTILE)]
    board = leaderboard(rows, None, None)
    text = render_leaderboard(board, Screen(80, False))
    assert "[red]" in text
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert "\u202e" not in text
    assert "<script>" not in as_markdown(board)


def test_an_empty_board_says_how_many_failed() -> None:
    board = leaderboard([row("a", message="is empty.")], None, None)
    assert render_leaderboard(board, Screen(None, False)).startswith("1 pair, 1 without losses\n")


LOSSES = ("binary_cross_entropy", "binary_focal", "brier", "zero_one")
MODELS = tuple(
    row(name, *(score(loss, 0.123456789) for loss in LOSSES)) for name in ("forest", "boosted")
)


def test_ids_stand_for_titles_that_do_not_fit_and_headings_stay_on_one_line() -> None:
    board = leaderboard(MODELS, None, None)
    wide = render_leaderboard(board, Screen(100)).splitlines()
    assert "binary cross entropy  binary focal" in wide[3]
    narrow = render_leaderboard(board, Screen(60)).splitlines()
    assert narrow[3].split() == ["pair", "bce", "focal", "brier", "zero_one"]


def test_the_loss_of_the_ranks_stays_where_others_do_not_fit() -> None:
    lines = render_leaderboard(leaderboard(MODELS, "zero_one", None), Screen(40)).splitlines()
    assert lines[3].split() == ["pair", "bce", "zero_one"]
    assert lines[-1] == "also focal, brier: --format csv"


@pytest.mark.parametrize("width", [20, 24, 30, 40, 60, 80, 120])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    text = render_leaderboard(leaderboard(MODELS, None, None), Screen(width))
    assert max(map(len, text.splitlines())) <= width
