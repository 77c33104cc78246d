"""The options that say which files and columns are read, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscli.cli.names import column_names
from losscli.cli.options import argument, option, shared_options
from losscli.evaluating.option_text import listed
from losscli.vocabulary import Kind, Task

if TYPE_CHECKING:
    from losscli.inputs.columns import Columns

COLUMNS = "Columns and files"
READING = "How the numbers are read"
WORK = "How the work is done"


@shared_options
class ReadingOptions:
    """Which columns are read, and how."""

    pred_col: tuple[str, ...] = option(
        "-p",
        "--pred-col",
        metavar="COL",
        complete=column_names,
        many=True,
        panel=COLUMNS,
        help="Prediction column: a name or a glob such as 'p_*'; repeatable.",
    )
    label_col: tuple[str, ...] = option(
        "-y",
        "--label-col",
        metavar="COL",
        complete=column_names,
        many=True,
        panel=COLUMNS,
        help="Label column: a name or a glob; repeatable.",
    )
    score_col: tuple[str, ...] = option(
        "--score-col",
        metavar="COL",
        complete=column_names,
        many=True,
        panel=COLUMNS,
        help="Column of scores that the rows have already, in place of predictions; repeatable.",
    )
    id_col: tuple[str, ...] = option(
        "--id-col",
        metavar="COL",
        complete=column_names,
        many=True,
        panel=COLUMNS,
        help="Pair the rows of two tables by this key, in any order; repeatable. The second table "
        "is held in memory.",
    )
    decimal: str | None = option(
        "--decimal",
        choices=(".", ","),
        panel=READING,
        help="The mark before decimals in text; found from the numbers if not given.",
    )
    classes: str | None = option(
        "--classes",
        metavar="A,B,…",
        panel=READING,
        help="The labels in the order of the prediction columns (binary: negative,positive).",
    )
    kind: str | None = option(
        "--kind",
        choices=(*Kind, "percent"),
        panel=READING,
        help="How predictions are to be read; found from the data if not given.",
    )
    task: str | None = option(
        "--task",
        choices=tuple(Task),
        panel=READING,
        help="What is predicted; found from the data if not given.",
    )

    def columns(self, *, weight: str | None = None) -> Columns:
        """The columns asked for, as the readers want them."""
        from losscli.inputs.columns import Columns

        return Columns(
            pred=self.pred_col,
            label=self.label_col,
            weight=weight,
            id=self.id_col or None,
            score=self.score_col,
            decimal=self.decimal,
        )

    def class_names(self) -> tuple[str, ...] | None:
        """The names given by --classes."""
        if self.classes is None:
            return None
        return listed(self.classes)


@shared_options
class InputOptions(ReadingOptions):
    """Prediction and label: two files, or one table with columns of both."""

    pred: str | None = argument(
        "PRED",
        "Predictions: CSV, NPY, Parquet … file, folder or URL; - for stdin.",
    )
    label: str | None = argument("LABEL", "Labels: a file with as many rows.")
