"""`losscli match`: where does that number come from?"""

from __future__ import annotations

from losscli.cli.options import argument, command_options, count, option, shared_options, switch
from losscli.cli.searching import SearchOptions
from losscli.errors import UsageError


@shared_options
class _Value:
    value: str | None = argument("VALUE", "The number as it was printed, such as 0.1824.")


@command_options
class MatchOptions(SearchOptions, _Value):
    """Say which loss, convention, kind, reduction or mistake gives a number: "my log says 0.1824".

    What agrees to the digits given comes first, the most ordinary of it at the top, and the command
    that prints it last: it has been run. What chance alone would give is said, and near misses are
    listed by --near. The more digits, the surer. All rows are held in memory.

    Examples:

      losscli match 0.1824 results.csv -p prob_rf

      losscli match 1.519 probs.npy labels.npy --loss ce

      losscli match -0.6339 probs.npy labels.npy
    """

    batch_size: str | None = option(
        "--batch-size",
        metavar="N",
        help="Rows per batch, for the mean of the means of batches, or the last one alone.",
    )
    near: bool = switch("--near", help="Also list near misses, and hits no better than chance.")


def run(options: MatchOptions) -> None:
    """Search and print."""
    from losscli.cli.formats import render_matches
    from losscli.cli.output import color, emit, noting, on_terminal, reader_width
    from losscli.cli.progress import progress_bar
    from losscli.matching.match import match
    from losscli.render.screen import Screen

    if options.value is None or options.pred is None:
        raise UsageError("which number?", hint="Usage: losscli match VALUE PRED [LABEL].")
    notes: list[str] = []
    said = noting(notes, beneath=options.format == "table" and on_terminal())
    with said as announce, progress_bar("trying losses") as progress:
        found = match(
            options.value,
            options.pred,
            options.label,
            options.loss or None,
            batch_size=count("--batch-size", options.batch_size),
            progress=progress,
            announce=announce,
            **options.keywords(),
        )
    screen = Screen(reader_width(), color())
    shown = [(each, options.command_of(each)) for each in found]
    text = render_matches(
        options.value,
        shown,
        options.format,
        screen,
        near=options.near,
        notes=notes,
        otherwise=options.plain_command,
    )
    emit(text, None)
