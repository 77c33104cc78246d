"""`losscli eval`: the losses of a prediction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from losscli.cli.inputs import COLUMNS, READING, InputOptions
from losscli.cli.names import convention_names, loss_names
from losscli.cli.options import option, switch
from losscli.errors import UsageError
from losscli.vocabulary import Reduction

FORMATS = ("table", "json", "jsonl", "csv", "markdown")


@dataclass(frozen=True)
class EvalOptions(InputOptions):
    """Evaluate the losses of predictions against labels.

    Without --loss, the losses that fit the data are shown, the recommended one first.

    Examples:

      losscli eval preds.npy labels.npy

      losscli eval results.csv -p prob -y label -l bce,focal:gamma=2

      losscli eval preds.npy labels.npy -l bce --like textbook -q
    """

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
    reduction: str | None = option(
        "--reduction",
        choices=tuple(Reduction),
        help="How the rows become one number; each loss's own if not given.",
    )
    weight_col: str | None = option(
        "--weight-col", metavar="COL", panel=COLUMNS, help="Column of row weights."
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
        choices=("error", "drop"),
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
    quiet: bool = switch("-q", "--quiet", help="Print the bare number and nothing else.")
    format: str | None = option("--format", choices=FORMATS, help="How to print the result.")
    output: str | None = option(
        "-o", "--output", metavar="FILE", help="Write to a file; its ending chooses the format."
    )


def run(options: EvalOptions) -> None:
    """Evaluate and print."""
    from losscli.api import evaluate
    from losscli.cli.output import color, emit, note, width
    from losscli.cli.progress import progress_bar
    from losscli.render import Screen, format_of, render

    if options.pred is None:
        raise UsageError("which predictions?", hint="Usage: losscli eval PRED [LABEL].")
    name = _format(options, format_of)
    with progress_bar() as progress:
        report = evaluate(
            options.pred,
            options.label,
            options.loss or None,
            kind=options.kind,
            task=options.task,
            like=options.like,
            weight=options.weight,
            class_weight=_class_weight(options.class_weight),
            classes=options.class_names(),
            reduction=options.reduction,
            nan="drop" if options.nan == "drop" else "error",
            columns=options.columns(weight=options.weight_col),
            inputs=_inputs(options.input) or None,
            cast=options.cast,
            progress=progress,
        )
    note(report.notes)
    emit(render(report, name, Screen(width(options.output), color(options.output))), options.output)


def _format(options: EvalOptions, format_of: Callable[[str], str]) -> str:
    if options.quiet:
        return "bare"
    if options.format is not None:
        return options.format
    return "table" if options.output is None else format_of(options.output)


def _inputs(texts: Sequence[str]) -> dict[str, str]:
    inputs: dict[str, str] = {}
    for text in texts:
        name, _, file = text.partition("=")
        if not name or not file:
            raise UsageError(f"--input {text}: which file is it?", hint="Write --input NAME=FILE.")
        if name in inputs:
            raise UsageError(f"--input {name} is given twice")
        inputs[name] = file
    return inputs


def _class_weight(text: str | None) -> Sequence[float] | dict[str, float] | None:
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    try:
        if "=" not in text:
            return [float(part) for part in parts]
        pairs = [(name, float(value)) for name, _, value in (p.rpartition("=") for p in parts)]
    except ValueError:
        raise UsageError(
            f"--class-weight {text}: not numbers", hint="Write 1,5 or cat=1,dog=5."
        ) from None
    weights = dict(pairs)
    if len(weights) < len(pairs):
        raise UsageError(f"--class-weight {text} names a class twice")
    return weights
