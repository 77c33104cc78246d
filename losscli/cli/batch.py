"""`losscli batch`: many pairs of files, one leaderboard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from losscli.cli.engine import EngineOptions
from losscli.cli.evaluation import ScoringOptions
from losscli.cli.inputs import COLUMNS, WORK
from losscli.cli.names import loss_names
from losscli.cli.options import arguments, command_options, count, option, switch
from losscli.cli.resampling import DependenceOptions
from losscli.errors import DataError, UsageError
from losscli.vocabulary import Reduction

if TYPE_CHECKING:
    from losscli.batching.report import BatchReport

FORMATS = ("table", "json", "jsonl", "csv", "markdown")

# So many pairs stand in a table where --top does not say.
_SHOWN = 20

_ENDINGS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".md": "markdown",
    ".markdown": "markdown",
    ".parquet": "parquet",
    ".txt": "table",
}


@command_options
class BatchOptions(EngineOptions, DependenceOptions, ScoringOptions):
    """Evaluate many pairs of files, and rank them by a loss.

    Predictions are files, folders and patterns; --label is one file for all, or says where each
    prediction's labels are. A pair that cannot be evaluated is listed with its error; the others go
    on, and the exit code is 3. Results in a .jsonl file are written as they come, and --resume
    takes up from them.

    Examples:

      losscli batch 'runs/*/preds.npy' --label '{dir}/labels.npy' -l bce

      losscli batch preds/ --label labels.csv -o results.jsonl --resume

      losscli batch --manifest runs.csv --sort mae --top 5
    """

    preds: tuple[str, ...] = arguments("PRED", "Prediction files, folders and patterns.")
    label: str | None = option(
        "--label",
        metavar="FILE",
        panel=COLUMNS,
        help="Labels: a file, or a template such as '{dir}/labels.npy' or '{stem}_y.csv'.",
    )
    manifest: str | None = option(
        "--manifest",
        metavar="FILE",
        panel=COLUMNS,
        help="CSV, TOML or JSON Lines of pairs: name, pred, label, loss, and any option.",
    )
    reduction: str | None = option(
        "--reduction",
        choices=tuple(one for one in Reduction if one not in (Reduction.NONE, Reduction.COLUMNS)),
        help="How the rows become one number; each loss's own if not given.",
    )
    sort: str | None = option(
        "--sort", metavar="LOSS", complete=loss_names, help="The loss that ranks the pairs."
    )
    top: str | None = option("--top", metavar="N", help="Only so many pairs, the best first.")
    format: str | None = option("--format", choices=FORMATS, help="How to print the result.")
    output: tuple[str, ...] = option(
        "-o",
        "--output",
        metavar="FILE",
        many=True,
        help="Write to a file: .jsonl as results come; or .csv, .parquet, .md, .json. Repeatable.",
    )
    resume: bool = switch(
        "--resume", help="Keep the results of the .jsonl file that are still true.", panel=WORK
    )
    fail_fast: bool = switch("--fail-fast", help="Stop at the first error.", panel=WORK)
    jobs: str | None = option(
        "--jobs",
        metavar="N",
        panel=WORK,
        help="How many processes share the work; on Linux, one for each processor if not given.",
    )


def run(options: BatchOptions) -> None:
    """Evaluate all pairs, print and write; exit code 3 where some could not be."""
    from losscli.batching.run import batch
    from losscli.cli.output import note
    from losscli.cli.progress import pairs_bar

    if options.threads is not None:
        raise UsageError("--threads: a batch shares its work among processes", hint="Say --jobs N.")
    results = _results(options.output)
    top = count("--top", options.top)
    formats = {path: _format(path) for path in options.output if path != results}
    if options.resume and results is None:
        raise UsageError("--resume: from what?", hint="Say -o FILE.jsonl.")
    keywords = options.clustered(options.keywords())
    del keywords["threads"]
    with pairs_bar() as progress:
        report = batch(
            options.preds,
            options.label,
            options.loss or None,
            manifest=options.manifest,
            leave_out=options.output,
            output=results,
            resume=options.resume,
            fail_fast=options.fail_fast,
            jobs=count("--jobs", options.jobs),
            progress=progress,
            reduction=options.reduction,
            **options.engines(),
            **keywords,
        )
    if (asked := _question(report)) is not None:
        raise asked
    shown = options.format or (None if options.output else "table")
    for path, format in formats.items():
        _put(report, format, path, options.sort, top)
    if shown is not None:
        _put(report, shown, None, options.sort, top)
    note(_warnings(report))
    note([_summary(report, options.output)] if options.output else [])
    if report.failed:
        raise SystemExit(DataError.exit_code)


def _put(
    report: BatchReport, format: str, path: str | None, sort: str | None, top: int | None
) -> None:
    from losscli.cli.output import emit, screen

    if format == "jsonl":
        emit("".join(line.decode("ascii") for line in report.lines), path, tell=False)
        return
    if format == "table":
        from losscli.render.terminal.leaderboard import render_leaderboard

        board = report.leaderboard(sort, top or _SHOWN)
        emit(render_leaderboard(board, screen(path)), path, tell=False)
        return
    from losscli.machine.whole_files import whole_file
    from losscli.render.leaderboard_files import TEXTS, as_parquet

    board = report.leaderboard(sort, top)
    if format == "parquet":
        assert path is not None
        with whole_file(path) as file:
            file.write(as_parquet(board))
        return
    emit(TEXTS[format](board), path, tell=False)


def _warnings(report: BatchReport) -> Iterator[str]:
    """The first pair whose numbers are not to be believed unread, and how many there are."""
    from losscli.batching.report import BatchRow
    from losscli.evaluating.misread import WARNING

    rows = (BatchRow.from_line(line) for line in report.lines if WARNING.encode() in line)
    warned = [(row.name, text) for row in rows for text in row.notes if text.startswith(WARNING)]
    if warned:
        pairs = len({name for name, _ in warned})
        name, text = warned[0]
        others = f" ({pairs:,} pairs are warned of; --format jsonl has all notes)"
        yield f"{WARNING}{name}: {text.removeprefix(WARNING)}{others if pairs > 1 else ''}"


def _question(report: BatchReport) -> UsageError | None:
    """What has to be said before any pair has losses, where the same choices are left of all."""
    from losscli.batching.report import BatchRow

    if not report.lines or report.failed < len(report.lines):
        return None
    failures = [BatchRow.from_line(line).failure for line in report.lines]
    asked = dict.fromkeys((each.message, each.choices) for each in failures if each is not None)
    message, choices = next(iter(asked))
    if len({each for _, each in asked}) > 1 or not choices:
        return None
    problem = message if len(asked) == 1 else f"no pair can be read: {message}"
    return UsageError(problem, choices=choices)


def _summary(report: BatchReport, files: Sequence[str]) -> str:
    """What went where, for a person who sees no table."""
    pairs = len(report.lines)
    words = [f"{pairs:,} {'pair' if pairs == 1 else 'pairs'}"]
    if report.kept:
        words.append(f"{report.kept:,} kept from before")
    if report.failed:
        words.append(f"{report.failed:,} without losses")
    return f"{', '.join(words)}; written to {', '.join(files)}"


def _results(files: Sequence[str]) -> str | None:
    """The file that results are written to as they come."""
    found = [path for path in files if _format(path) == "jsonl"]
    if len(found) > 1:
        raise UsageError(f"-o {found[1]}: results go to one .jsonl file, {found[0]}")
    return found[0] if found else None


def _format(path: str) -> str:
    ending = PurePath(path).suffix.lower()
    if ending not in _ENDINGS:
        raise UsageError(
            f"{path}: no format of a leaderboard ends in {ending or 'nothing'!r}",
            hint=f"Use {', '.join(_ENDINGS)}.",
        )
    return _ENDINGS[ending]
