"""One line that pins a number down."""

from __future__ import annotations

from typing import Any

from losscli.engine.evaluation import Evaluation, RunSettings
from losscli.version import __version__


def signature(evaluation: Evaluation, rows: int, setting: RunSettings) -> str:
    """Loss, parameters, convention, kind, reduction, rows and version, joined by `|`.

    Two numbers of the same data with equal signatures are equal.
    """
    params = [f"{name}:{_word(value)}" for name, value in sorted(evaluation.params.items())]
    if setting.class_weight is not None:
        params.append("class_weight:" + ",".join(map(_word, setting.class_weight)))
    parts = (
        evaluation.loss.id,
        *params,
        f"like:{evaluation.convention.name}",
        f"kind:{evaluation.kind}",
        f"reduction:{evaluation.reduction}",
        f"n:{rows}",
        f"losscli:{__version__}",
    )
    return "|".join(parts)


def _word(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)
