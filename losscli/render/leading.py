"""Which loss of a report leads: it is shown first, its number large."""

from __future__ import annotations

from losscli.evaluating.report import Report


def leading(report: Report) -> int | None:
    """The place of the loss that leads: the first, which is the one named first.

    Where none was named it is the recommended one. None where the same loss stands there several
    times, as under several conventions: no one of them leads.
    """
    if not report.results:
        return None
    loss = report.results[0].loss
    return 0 if sum(result.loss == loss for result in report.results) == 1 else None
