"""A leaderboard as columns, for tables that other programs read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from losscli.batching.report import Leaderboard
from losscli.losses.registry import REGISTRY
from losscli.plain import differences


def headings(board: Leaderboard) -> list[str]:
    """The titles of the losses, with their parameters and conventions where these tell apart."""
    return _told_apart(board, [column.title for column in board.columns])


def short_headings(board: Leaderboard) -> list[str]:
    """The same by the ids to type, where titles are too wide."""
    return _told_apart(board, [REGISTRY.short(each.loss, each.title) for each in board.columns])


def flat(board: Leaderboard) -> Mapping[str, list[Any]]:
    """A column for each fact about a pair, and for each loss by its id."""
    losses = _told_apart(board, [column.loss for column in board.columns])
    rows = [place.row for place in board.places]
    values = {name: [place.values[j] for place in board.places] for j, name in enumerate(losses)}
    main = board.columns[board.sort].loss if board.columns else None
    scores = [next((s for s in row.scores if s.loss == main), None) for row in rows]
    return {
        "rank": [place.rank for place in board.places],
        "name": [row.name for row in rows],
        **values,
        "n": [None if score is None else score.n for score in scores],
        "task": [row.task for row in rows],
        "kind": [row.kind for row in rows],
        "pred": [row.pred for row in rows],
        "label": [row.label for row in rows],
        "error": [None if row.failure is None else row.failure.said for row in rows],
    }


def _told_apart(board: Leaderboard, names: list[str]) -> list[str]:
    conventions = len({column.convention for column in board.columns}) > 1
    reductions = len({(column.loss, column.reduction) for column in board.columns}) > len(
        {column.loss for column in board.columns}
    )
    told = []
    for name, column, params in zip(names, board.columns, differences(board.columns), strict=True):
        words = [*params]
        words += [column.convention] if conventions else []
        words += [column.reduction] if reductions else []
        told.append(f"{name} ({', '.join(words)})" if words else name)
    return told
