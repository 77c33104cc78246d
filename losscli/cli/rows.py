"""`losscli rows`: what each row costs, the hardest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from losscli.cli.evaluation import EvaluationOptions
from losscli.cli.inputs import InputOptions
from losscli.cli.options import command_options, option, switch
from losscli.errors import UsageError

if TYPE_CHECKING:
    from losscli.rowwise.row_losses import RowLosses

FORMATS = ("table", "json", "csv", "jsonl", "parquet", "npy")
_OF_ALL_ROWS = ("csv", "jsonl", "parquet", "npy")
_SHOWN = 10


@command_options
class RowsOptions(EvaluationOptions, InputOptions):
    """Show what single rows cost, and how much of the total they carry.

    A table shows the hardest rows; CSV, JSON Lines, Parquet and NPY hold all rows in the order of
    the data, unless --top asks for the first few.

    Examples:

      losscli rows preds.npy labels.npy --top 20

      losscli rows results.csv -p prob -l bce,focal

      losscli rows preds.npy labels.npy -l mse -o rows.parquet
    """

    top: str | None = option(
        "--top", metavar="N", help="Only so many rows, the hardest first; a table shows 10."
    )
    tokens: bool = switch("--tokens", help="Of arrays of tokens: single tokens.")
    easy: bool = switch("--easy", help="The easiest rows first.")
    grad: bool = switch("--grad", help="Say how the loss answers to each prediction.")
    check_grad: bool = switch(
        "--check-grad", help="Compare gradients with central differences; name rows that part."
    )
    plot: bool = switch("--plot", help="Draw how the losses of the rows are spread.")
    format: str | None = option("--format", choices=FORMATS, help="How to print the rows.")
    output: str | None = option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write to a file, as the rows come; its ending chooses the format (.svg or .png: "
        "--plot as a picture). Without it the losses of all rows are held in memory.",
    )


def run(options: RowsOptions) -> None:
    """Evaluate row by row and print."""
    from losscli.cli.output import emit, note, on_terminal, tell_written
    from losscli.cli.progress import progress_bar
    from losscli.render.row_files import write_rows
    from losscli.rowwise.rows import rows

    if options.pred is None:
        raise UsageError("which predictions?", hint="Usage: losscli rows PRED [LABEL].")
    format, top = _format(options), _top(options.top)
    if options.easy and top is None and format in _OF_ALL_ROWS:
        raise UsageError("--easy: how many of the easiest rows?", hint="Say --top N.")
    if options.plot and format in (*_OF_ALL_ROWS, "json"):
        raise UsageError("--plot is for a table", hint="Say -o FILE.svg for the plot as a picture.")
    beneath = format == "table" and on_terminal(options.output)
    with progress_bar() as progress:
        found = rows(
            options.pred,
            options.label,
            options.loss or None,
            grad=options.grad,
            tokens=options.tokens,
            progress=progress,
            **options.keywords(),
        )
        if not beneath:
            note(found.report.notes)
        if options.check_grad:
            _check_gradients(found, format, options.output, notes=beneath)
        if format == "picture":
            from losscli.render.chart import histogram_chart, save_picture

            assert options.output is not None
            save_picture(options.output, histogram_chart(found.histogram(progress=progress)))
        elif format in _OF_ALL_ROWS:
            write_rows(
                options.output,
                format,
                _blocks(found, options, top, progress),
                losses=found.loss_columns,
                rows=found.count if top is None else min(top, found.count),
                emit=emit,
            )
        else:
            report = found.hardest(top or _SHOWN, easiest=options.easy, progress=progress)
            plot = found.histogram(progress=progress) if options.plot else None
    if format == "picture" or format in _OF_ALL_ROWS:
        if options.output is not None:
            tell_written(options.output)
        return
    emit(_shown(report, plot, format, options.output, notes=beneath), options.output)


def _check_gradients(found: RowLosses, format: str, output: str | None, *, notes: bool) -> None:
    """Print how the gradients stand up; ends the process, with 1 where one does not."""
    from losscli.cli.output import emit, screen

    checks = [found.check_gradient(place) for place in range(len(found.evaluations))]
    if format == "json":
        from losscli.render.json import render_checks as as_json

        emit(as_json(checks), output)
    else:
        from losscli.render.terminal.row_table import render_checks

        emit(render_checks(checks, found.report, screen(output, notes=notes)), output)
    raise SystemExit(1 if any(check.apart for check in checks) else 0)


def _blocks(
    found: RowLosses, options: RowsOptions, top: int | None, progress: Any
) -> Iterator[Mapping[str, Any]]:
    if top is None:
        return found.blocks(progress)
    report = found.hardest(top, easiest=options.easy, progress=progress)
    return iter([found.columns_of(report)])


def _shown(report: Any, plot: Any, format: str, output: str | None, *, notes: bool) -> str:
    from losscli.cli.output import screen

    if format == "json":
        from losscli.render.json import render_rows as as_json

        return as_json(report)
    from losscli.render.terminal.row_table import render_rows

    return render_rows(report, screen(output, notes=notes), plot)


def _format(options: RowsOptions) -> str:
    from losscli.render.chart import is_picture
    from losscli.render.row_files import row_format_of

    if is_picture(options.output) and options.format is None:
        return "picture"
    if options.format is not None:
        return options.format
    return "table" if options.output is None else row_format_of(options.output)


def _top(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text)):
        raise UsageError(f"--top {text}: how many rows?", hint="Write a whole number from 1 on.")
    return int(text)
