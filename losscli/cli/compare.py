"""`losscli compare`: is one model better than another?"""

from __future__ import annotations

from losscli.cli.evaluation import ScoringOptions
from losscli.cli.inputs import COLUMNS
from losscli.cli.options import arguments, command_options, option, switch
from losscli.cli.resampling import CHANCE, DependenceOptions, ResamplingOptions
from losscli.cli.slicing import SlicingOptions
from losscli.errors import UsageError

FORMATS = ("table", "json", "jsonl", "csv", "markdown", "html")


@command_options
class CompareOptions(ResamplingOptions, DependenceOptions, SlicingOptions, ScoringOptions):
    """Say whether models differ by more than chance, row by row on the same labels.

    The first model is the reference. Files with an id column are paired by it, in any order.
    For each loss: its difference with a 95 % interval, the p-value of three tests (adjusted
    by Holm for the number of tests), and the verdict. The first loss that is named leads.

    Examples:

      losscli compare a.csv b.csv --label labels.csv

      losscli compare a.npy b.npy c.npy --label labels.npy -l bce

      losscli compare results.csv -p prob_a -p prob_b -y label

      losscli compare a.csv b.csv -y label --by-col site

      losscli compare a.csv b.csv -y label --plan 1%

      losscli compare base.npy quantized.npy --label tokens.npy --kl
    """

    preds: tuple[str, ...] = arguments(
        "MODEL", "Predictions of two or more models; or one file, with a column (-p) for each."
    )
    label: str | None = option(
        "--label", metavar="FILE", panel=COLUMNS, help="Labels, if not a column of the files."
    )
    plan: tuple[str, ...] = option(
        "--plan",
        metavar="[LOSS=]X[%]",
        many=True,
        panel=CHANCE,
        help="How many rows would show a difference of this size, and what these can show: 1%, "
        "0.01 or bce=1%; repeatable.",
    )
    kl: bool = switch(
        "--kl",
        help="Of two language models: the table of llama.cpp's perplexity tool, KL divergence, "
        "its quantiles, perplexity, same top token.",
    )
    why: bool = switch(
        "--why", help="Show which columns were taken for what, and which steps led to that."
    )
    format: str | None = option("--format", choices=FORMATS, help="How to print the result.")
    output: str | None = option(
        "-o", "--output", metavar="FILE", help="Write to a file; its ending chooses the format."
    )


def run(options: CompareOptions) -> None:
    """Compare and print."""
    from losscli.cli.formats import format_of, render_comparison
    from losscli.cli.output import emit, note, on_terminal, screen
    from losscli.cli.progress import progress_bar
    from losscli.comparing.compare import compare
    from losscli.comparing.tolerances import parse_tolerances

    name = options.format
    if name is None:
        name = "table" if options.output is None else format_of(options.output)
    if options.kl:
        _divergence(options, name)
        return
    with progress_bar() as progress:
        report = compare(
            options.preds,
            options.label,
            options.loss or None,
            plan=parse_tolerances(options.plan, "--plan") if options.plan else None,
            progress=progress,
            **options.drawn(),
            **options.clustered(options.sliced(options.keywords())),
        )
    beneath = name == "table" and on_terminal(options.output)
    if not beneath:
        note(report.notes)
    if name == "html":
        from losscli.cli.output import command_line
        from losscli.render.html.page import render_comparison as as_page

        with progress_bar("page"):
            text = as_page(report, command_line())
        emit(text, options.output)
        return
    shown = screen(options.output, notes=beneath, why=options.why)
    emit(render_comparison(report, name, shown), options.output)


def _divergence(options: CompareOptions, format: str) -> None:
    """Print how the distributions of two models part."""
    from losscli.cli.formats import render_divergence
    from losscli.cli.output import emit, note, screen
    from losscli.cli.progress import progress_bar
    from losscli.comparing.divergence import divergence_of
    from losscli.evaluating.options import Options

    if options.loss:
        raise UsageError("--kl and --loss: which is it?", hint="Leave one of them out.")
    with progress_bar() as progress:
        report = divergence_of(
            options.preds,
            options.label,
            Options.of("compare", {}, **options.keywords(), progress=progress),
        )
    note(report.notes)
    emit(render_divergence(report, format, screen(options.output)), options.output)
