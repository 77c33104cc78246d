"""losscli: which number do these predictions score, under which convention, on which rows?

The API is functions (`evaluate`, `rows`, `gradient`, `check`, `compare`, `batch`, `recommend`,
`match`, …) and the errors they raise. Nothing is imported before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from losscli.api import evaluate, get_loss, gradient, list_losses, match, recommend, rows
    from losscli.batch_report import BatchReport, BatchRow, Leaderboard
    from losscli.batching.run import batch
    from losscli.check_report import CheckReport
    from losscli.checking.run import check
    from losscli.comparing import compare
    from losscli.comparison import ComparisonReport
    from losscli.errors import DataError, LosscliError, UsageError
    from losscli.inputs.roles import Columns
    from losscli.report import Match, Report, Result

__all__ = [
    "BatchReport",
    "BatchRow",
    "CheckReport",
    "Columns",
    "ComparisonReport",
    "DataError",
    "Leaderboard",
    "LosscliError",
    "Match",
    "Report",
    "Result",
    "UsageError",
    "__version__",
    "batch",
    "check",
    "compare",
    "evaluate",
    "get_loss",
    "gradient",
    "list_losses",
    "match",
    "recommend",
    "rows",
]

_HOMES = {
    "BatchReport": "losscli.batch_report",
    "BatchRow": "losscli.batch_report",
    "Columns": "losscli.inputs.roles",
    "CheckReport": "losscli.check_report",
    "ComparisonReport": "losscli.comparison",
    "DataError": "losscli.errors",
    "Leaderboard": "losscli.batch_report",
    "LosscliError": "losscli.errors",
    "Match": "losscli.report",
    "Report": "losscli.report",
    "Result": "losscli.report",
    "UsageError": "losscli.errors",
    "batch": "losscli.batching.run",
    "check": "losscli.checking.run",
    "compare": "losscli.comparing",
    "evaluate": "losscli.api",
    "get_loss": "losscli.api",
    "gradient": "losscli.api",
    "list_losses": "losscli.api",
    "match": "losscli.api",
    "recommend": "losscli.api",
    "rows": "losscli.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'losscli' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
