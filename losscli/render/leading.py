"""Which loss of a report leads: it is shown first, its number large."""

from __future__ import annotations

from losscli.evaluating.report import Report


def leading(report: Report) -> int | None:
    """The place of the loss that leads: the recommended one, or the first.

    None where the same loss stands there several times, as under several conventions: no one of
    them leads.
    """
    if not report.results:
        return None
    places = [place for place, result in enumerate(report.results) if result.recommended] or [0]
    loss = report.results[places[0]].loss
    alone = sum(result.loss == loss for result in report.results) == 1
    return places[0] if alone else None
