"""The options that say which losses are evaluated, under which convention and weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from losscli.cli.inputs import COLUMNS, READING, WORK, ReadingOptions
from losscli.cli.names import column_names, convention_names, loss_names
from losscli.cli.options import count, option, shared_options, switch
from losscli.evaluating.option_text import class_weights, named_files


@shared_options
class EvaluationOptions(ReadingOptions):
    """The losses, and what they are computed with."""

    loss: tuple[str, ...] = option(
        "-l",
        "--loss",
        metavar="ID[:NAME=VALUE,…]",
        many=True,
        complete=loss_names,
        help="A loss, with parameters: focal:gamma=2; repeatable. `losscli losses` lists them.",
    )
    like: str = option(
        "--like",
        metavar="CONVENTION",
        default="standard",
        complete=convention_names,
        help="Print the number as torch, keras, sklearn, optax, textbook, exact … would.",
    )
    group_col: str | None = option(
        "--group-col",
        metavar="COL",
        complete=column_names,
        panel=COLUMNS,
        help="Column that names the list (query) of each row, for ndcg and dcg of a long table, or "
        "its series, for mase and rmsse.",
    )
    weight_col: str | None = option(
        "--weight-col",
        metavar="COL",
        panel=COLUMNS,
        complete=column_names,
        help="Column of row weights.",
    )
    weight: str | None = option(
        "--weight", metavar="FILE", panel=COLUMNS, help="File of row weights."
    )
    input: tuple[str, ...] = option(
        "--input",
        metavar="NAME=FILE",
        many=True,
        panel=COLUMNS,
        help="A further array that a loss asks for, such as x2=other.npy; repeatable.",
    )
    class_weight: str | None = option(
        "--class-weight",
        metavar="W0,W1,…|NAME=W,…",
        panel=READING,
        help="One weight per class, in the order of the classes or by name.",
    )
    nan: str = option(
        "--nan",
        choices=("error", "drop", "drop-items"),
        default="error",
        panel=READING,
        help="What to do with missing values.",
    )
    cast: str | None = option(
        "--cast",
        choices=("float16", "float32", "float64"),
        panel=READING,
        help="Round predictions to this type first, as a framework that computes in it does.",
    )
    higher_is_better: bool = switch(
        "--higher-is-better", panel=READING, help="Of the scores of --score-col, more is better."
    )
    shift: bool = switch(
        "--shift",
        panel=READING,
        help="Hold each token's logits against the next label, as causal language models do.",
    )
    threads: str | None = option(
        "--threads",
        metavar="N",
        panel=WORK,
        help="How many threads share the work; all that the process may use if not given.",
    )

    def keywords(self) -> dict[str, Any]:
        """The keyword arguments of the API that say the same.

        Raises UsageError for an input or class weights that are not written as they should be.
        """
        return {
            "kind": self.kind,
            "task": self.task,
            "like": self.like,
            "weight": self.weight,
            "class_weight": self._class_weights(),
            "classes": self.class_names(),
            "nan": self.nan,
            "columns": self.columns(weight=self.weight_col).changed(group=self.group_col),
            "inputs": named_files(self.input, "--input") or None,
            "cast": self.cast,
            "higher_is_better": self.higher_is_better,
            "shift": self.shift,
            "threads": count("--threads", self.threads),
        }

    def _class_weights(self) -> Sequence[float] | dict[str, float] | None:
        given = self.class_weight
        return None if given is None else class_weights(given, "--class-weight")


@shared_options
class ScoringOptions(EvaluationOptions):
    """The losses, or the scores that are 1 minus them."""

    score: bool = switch(
        "--score", help="Print 1 − loss where that is the custom: auc, f1, mcc, ap, accuracy."
    )

    def keywords(self) -> dict[str, Any]:
        """The keyword arguments of the API that say the same."""
        return {**EvaluationOptions.keywords(self), "score": self.score}
