"""`losscli why`: what makes the difference between two numbers?"""

from __future__ import annotations

from losscli.cli.options import argument, command_options, shared_options
from losscli.cli.searching import SearchOptions
from losscli.errors import UsageError


@shared_options
class _Values:
    first: str | None = argument("A", "One number as it was printed.")
    second: str | None = argument("B", "The other number, of the same predictions.")


@command_options
class WhyOptions(SearchOptions, _Values):
    """Say whose two numbers are, and which choices and rows make the difference.

    Each number is looked for as `losscli match` does; then one choice after the other is changed
    from A's to B's, and what each changes is printed. They add up, as the parts of the rows do. All
    rows are held in memory.

    Examples:

      losscli why 0.5511 0.2706 results.csv -p prob_rf
    """


def run(options: WhyOptions) -> None:
    """Search twice, compare and print."""
    from losscli.cli.formats import render_why
    from losscli.cli.output import color, emit, noting, on_terminal, reader_width
    from losscli.cli.progress import progress_bar
    from losscli.matching.why import why
    from losscli.render.screen import Screen

    if options.first is None or options.second is None or options.pred is None:
        raise UsageError("which two numbers?", hint="Usage: losscli why A B PRED [LABEL].")
    notes: list[str] = []
    said = noting(notes, beneath=options.format == "table" and on_terminal())
    with said as announce, progress_bar("trying losses") as progress:
        found = why(
            options.first,
            options.second,
            options.pred,
            options.label,
            options.loss or None,
            progress=progress,
            announce=announce,
            **options.keywords(),
        )
    commands = tuple(
        "" if each is None else options.command_of(each) for each in (found.first, found.second)
    )
    numbers = (options.first, options.second)
    screen = Screen(reader_width(), color())
    text = render_why(numbers, found, commands, options.format, screen, notes=notes)
    emit(text, None)
