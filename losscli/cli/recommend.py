"""`losscli recommend`: BCE or CE, and why."""

from __future__ import annotations

from typing import Any

from losscli.cli.inputs import InputOptions
from losscli.cli.options import command_options, option
from losscli.errors import UsageError

FORMATS = ("table", "json")


@command_options
class RecommendOptions(InputOptions):
    """Say which loss fits the predictions — BCE, CE or a regression loss — with the evidence.

    Examples:

      losscli recommend preds.npy labels.npy

      losscli recommend --values 0.7,0.6,0.4
    """

    values: tuple[str, ...] = option(
        "--values",
        metavar="P,P,…",
        many=True,
        help="Predictions typed in instead of a file: one row; repeat it for more rows.",
    )
    format: str = option(
        "--format", choices=FORMATS, default="table", help="How to print the advice."
    )


def run(options: RecommendOptions) -> None:
    """Look at the data and print the advice."""
    from msgspec.structs import replace

    from losscli.cli.formats import render_recommendation
    from losscli.cli.loading import end_loading
    from losscli.cli.output import color, emit, note, on_terminal, width
    from losscli.evaluating.options import Options
    from losscli.evaluating.recommend import advised
    from losscli.inputs.roles.state import BY_NAME
    from losscli.render.screen import Screen

    if options.values and options.pred is not None:
        raise UsageError("give a file or --values, not both")
    pred: Any = _rows(options.values) if options.values else options.pred
    if pred is None:
        raise UsageError(
            "which predictions?", hint="Usage: losscli recommend PRED [LABEL], or --values."
        )
    settings = Options(
        kind=options.kind,
        task=options.task,
        classes=options.class_names(),
        columns=options.columns(),
    )
    end_loading()
    advice, dataset = advised(pred, options.label, settings)
    read, beneath = dataset.findings, []
    steps = list(read.evidence)
    if options.format == "table" and on_terminal():
        # What was read is said once: of the steps to it only those that no name alone decided.
        steps = [step for step in steps if step.finding != BY_NAME]
        said = set(read.notes())
        beneath = [("read", read.summary())] if read.summary() else []
        beneath += [("note", each) for each in dataset.notes if each not in said]
    else:
        note(dataset.notes)
    if options.format == "table":
        # The steps of the advice begin with what was read as what.
        advice = replace(advice, evidence=(*steps, *advice.evidence))
    emit(render_recommendation(advice, options.format, Screen(width(), color()), beneath), None)


def _rows(values: tuple[str, ...]) -> list[list[float]]:
    rows = []
    for text in values:
        try:
            rows.append([float(part) for part in text.strip("[] ").split(",")])
        except ValueError:
            raise UsageError(
                f"--values {text}: not numbers", hint="Write --values 0.7,0.6,0.4."
            ) from None
    if len({len(row) for row in rows}) > 1:
        raise UsageError("--values: the rows have different lengths")
    return rows
