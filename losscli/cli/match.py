"""`losscli match`: where does that number come from?"""

from __future__ import annotations

from dataclasses import dataclass

from losscli.cli.inputs import COLUMNS, InputOptions
from losscli.cli.names import loss_names
from losscli.cli.options import argument, count, option
from losscli.errors import UsageError

FORMATS = ("table", "json")


@dataclass(frozen=True)
class _Value:
    value: str | None = argument("VALUE", "The number as it was printed, such as 0.1824.")


@dataclass(frozen=True)
class MatchOptions(InputOptions, _Value):
    """Say which loss, convention, kind, reduction or mistake gives a number: "my log says 0.1824".

    What agrees to the digits given comes first, the simplest of it at the top, with the flags that
    reproduce it; near misses follow.

    Examples:

      losscli match 0.1824 results.csv -p prob_rf

      losscli match 1.519 probs.npy labels.npy --loss ce
    """

    loss: tuple[str, ...] = option(
        "-l",
        "--loss",
        metavar="ID",
        many=True,
        complete=loss_names,
        help="Look at these losses alone; repeatable.",
    )
    batch_size: str | None = option(
        "--batch-size",
        metavar="N",
        help="Also try the mean of the means of batches of N rows, the last one shorter.",
    )
    weight_col: str | None = option(
        "--weight-col", metavar="COL", panel=COLUMNS, help="Column of row weights."
    )
    weight: str | None = option(
        "--weight", metavar="FILE", panel=COLUMNS, help="File of row weights."
    )
    format: str = option(
        "--format", choices=FORMATS, default="table", help="How to print the matches."
    )


def run(options: MatchOptions) -> None:
    """Search and print."""
    from losscli.cli.formats import render_matches
    from losscli.cli.output import color, emit, width
    from losscli.matching.match import match
    from losscli.render.screen import Screen

    if options.value is None or options.pred is None:
        raise UsageError("which number?", hint="Usage: losscli match VALUE PRED [LABEL].")
    found = match(
        options.value,
        options.pred,
        options.label,
        options.loss or None,
        kind=options.kind,
        task=options.task,
        weight=options.weight,
        classes=options.class_names(),
        batch_size=count("--batch-size", options.batch_size),
        columns=options.columns(weight=options.weight_col),
    )
    screen = Screen(width(), color())
    emit(render_matches(options.value, found, options.format, screen), None)
