"""losscli: which number do these predictions score, under which convention, on which rows?

The API is functions (`evaluate`, `rows`, `gradient`, `check`, `compare`, `batch`, `recommend`,
`match`, …) and the errors they raise. Nothing is imported before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.version import __version__

if TYPE_CHECKING:
    from losscli.batching.report import BatchReport, BatchRow, Leaderboard
    from losscli.batching.run import batch
    from losscli.checking.report import CheckReport
    from losscli.checking.run import check
    from losscli.comparing.compare import compare
    from losscli.comparing.divergence import divergence
    from losscli.comparing.divergence_report import Divergence
    from losscli.comparing.report import ComparisonReport
    from losscli.conventions.names import get_loss
    from losscli.differentiating.gradients import gradient
    from losscli.errors import DataError, LosscliError, UsageError
    from losscli.evaluating.evaluate import evaluate
    from losscli.evaluating.recommend import recommend
    from losscli.evaluating.report import Report, Result
    from losscli.inputs.columns import Columns
    from losscli.losses.registry import list_losses
    from losscli.matching.match import match
    from losscli.matching.report import Match, Why
    from losscli.matching.why import why
    from losscli.rowwise.rows import rows

__all__ = [
    "BatchReport",
    "BatchRow",
    "CheckReport",
    "Columns",
    "ComparisonReport",
    "DataError",
    "Divergence",
    "Leaderboard",
    "LosscliError",
    "Match",
    "Report",
    "Result",
    "UsageError",
    "Why",
    "__version__",
    "batch",
    "check",
    "compare",
    "divergence",
    "evaluate",
    "get_loss",
    "gradient",
    "list_losses",
    "match",
    "recommend",
    "rows",
    "why",
]

_HOMES = {
    "BatchReport": "losscli.batching.report",
    "BatchRow": "losscli.batching.report",
    "Columns": "losscli.inputs.columns",
    "CheckReport": "losscli.checking.report",
    "ComparisonReport": "losscli.comparing.report",
    "DataError": "losscli.errors",
    "Divergence": "losscli.comparing.divergence_report",
    "Leaderboard": "losscli.batching.report",
    "LosscliError": "losscli.errors",
    "Match": "losscli.matching.report",
    "Why": "losscli.matching.report",
    "Report": "losscli.evaluating.report",
    "Result": "losscli.evaluating.report",
    "UsageError": "losscli.errors",
    "batch": "losscli.batching.run",
    "check": "losscli.checking.run",
    "compare": "losscli.comparing.compare",
    "divergence": "losscli.comparing.divergence",
    "evaluate": "losscli.evaluating.evaluate",
    "get_loss": "losscli.conventions.names",
    "gradient": "losscli.differentiating.gradients",
    "list_losses": "losscli.losses.registry",
    "match": "losscli.matching.match",
    "why": "losscli.matching.why",
    "recommend": "losscli.evaluating.recommend",
    "rows": "losscli.rowwise.rows",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'losscli' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
