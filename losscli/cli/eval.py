"""`losscli eval`: the losses of a prediction."""

from __future__ import annotations

from collections.abc import Callable

from losscli.cli.engine import EngineOptions
from losscli.cli.evaluation import ScoringOptions
from losscli.cli.inputs import InputOptions
from losscli.cli.options import command_options, option, switch
from losscli.cli.resampling import CHANCE, DependenceOptions, ResamplingOptions
from losscli.cli.slicing import SlicingOptions
from losscli.errors import UsageError
from losscli.vocabulary import Reduction

FORMATS = ("table", "json", "jsonl", "csv", "markdown", "html")


@command_options
class EvalOptions(
    ResamplingOptions,
    DependenceOptions,
    SlicingOptions,
    EngineOptions,
    ScoringOptions,
    InputOptions,
):
    """Evaluate the losses of predictions against labels.

    Without --loss, the losses that fit the data are shown, the recommended one first; with it,
    those that are named, in that order.

    Examples:

      losscli eval preds.npy labels.npy

      losscli eval results.csv -p prob -y label -l bce,focal:gamma=2

      losscli eval preds.npy labels.npy -l bce --like textbook -q
    """

    reduction: str | None = option(
        "--reduction",
        choices=tuple(Reduction),
        help="How the rows become one number; each loss's own if not given. `none` holds the "
        "losses of all rows in memory; `losscli rows -o FILE` writes them as they come.",
    )
    explain: bool = switch(
        "--explain", help="Take cross entropies and the Brier score apart: calibration, refinement."
    )
    ci: str = option(
        "--ci",
        choices=("auto", "normal", "bootstrap", "none"),
        default="auto",
        panel=CHANCE,
        help="How the 95 % intervals are found.",
    )
    why: bool = switch("--why", help="Show the steps that led to the advice.")
    signature: bool = switch("--signature", help="Show the signature of each number.")
    quiet: bool = switch(
        "-q",
        "--quiet",
        help="Print bare numbers, no intervals or baselines; what bears on them is on stderr.",
    )
    format: str | None = option("--format", choices=FORMATS, help="How to print the result.")
    output: str | None = option(
        "-o", "--output", metavar="FILE", help="Write to a file; its ending chooses the format."
    )


def run(options: EvalOptions) -> None:
    """Evaluate and print."""
    from losscli.cli.formats import format_of, render
    from losscli.cli.output import emit, note, on_terminal, screen
    from losscli.cli.progress import progress_bar
    from losscli.evaluating.evaluate import evaluate
    from losscli.evaluating.results import NO_BASELINE

    if options.pred is None:
        raise UsageError("which predictions?", hint="Usage: losscli eval PRED [LABEL].")
    name = _format(options, format_of)
    if name == "html":
        _page(options)
        return
    # What a bare number does not come with need not be found, nor be spoken of.
    ci = "none" if name == "bare" else options.ci
    with progress_bar() as progress:
        report = evaluate(
            options.pred,
            options.label,
            options.loss or None,
            reduction=options.reduction,
            explain=options.explain,
            **options.engines(),
            announce=lambda said: note((said,)),
            ci=ci,
            progress=progress,
            **options.drawn(),
            **options.clustered(options.sliced(options.keywords())),
        )
    beneath = name == "table" and on_terminal(options.output)
    if not beneath:
        note(said for said in report.notes if name != "bare" or not said.endswith(NO_BASELINE))
    shown = screen(
        options.output,
        notes=beneath,
        why=options.why,
        signatures=options.signature or options.output is not None,
    )
    emit(render(report, name, shown), options.output)


def _page(options: EvalOptions) -> None:
    from losscli.cli.output import command_line, emit, note
    from losscli.cli.progress import progress_bar
    from losscli.describing.evaluation_page import page
    from losscli.render.html.page import render_page

    with progress_bar("page") as progress:
        found = page(
            options.pred,
            options.label,
            options.loss or None,
            command=command_line(),
            reduction=options.reduction,
            **options.engines(),
            announce=lambda said: note((said,)),
            ci=options.ci,
            progress=progress,
            **options.drawn(),
            **options.clustered(options.sliced(options.keywords())),
        )
        text = render_page(found)
    note(found.report.notes)
    emit(text, options.output)


def _format(options: EvalOptions, format_of: Callable[[str], str]) -> str:
    if options.quiet:
        return "bare"
    if options.format is not None:
        return options.format
    return "table" if options.output is None else format_of(options.output)
