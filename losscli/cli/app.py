"""Words of the command line → a command; errors → exit codes."""

from __future__ import annotations

import codecs
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from importlib import import_module
from typing import Any, NoReturn

from losscli.cli.loading import begin_loading
from losscli.cli.unwritten import Unwritten
from losscli.errors import DataError, LosscliError, UsageError
from losscli.version import __version__

# Each command's module holds `run` and the options it takes.
_COMMANDS = {
    "eval": "EvalOptions",
    "rows": "RowsOptions",
    "recommend": "RecommendOptions",
    "check": "CheckOptions",
    "compare": "CompareOptions",
    "batch": "BatchOptions",
    "match": "MatchOptions",
    "why": "WhyOptions",
    "losses": "LossesOptions",
}

_OWN_OPTIONS = {"--help", "-h", "--version", "--install-completion", "--show-completion"}

HELP = """How wrong is the model? Losses of prediction files, under the convention you name.

Examples:

  losscli eval preds.npy labels.npy

  losscli recommend preds.npy labels.npy

  losscli check preds.npy labels.npy --max bce=0.3

  losscli compare a.csv b.csv --label labels.csv

  losscli batch 'runs/*/preds.npy' --label '{dir}/labels.npy'

  losscli match 0.1824 results.csv -p prob

  losscli why 0.1824 0.2706 results.csv -p prob

  losscli losses bce
"""

EPILOG = (
    "`losscli PRED LABEL` is short for `losscli eval PRED LABEL`. Exit codes: 0 done, "
    "1 a check failed, 2 wrong usage, 3 bad data, 70 a bug of losscli, 130 interrupted."
)

_MINUS = "\N{MINUS SIGN}"
# Set by the shell's completion, which asks for words and runs no command.
_COMPLETING = "_LOSSCLI_COMPLETE"

_HINT = "`{} --help` shows what there is."

INTERNAL = 70
INTERRUPTED = 130
BROKEN_PIPE = 141
TERMINATED = 143


def main() -> None:
    """Run the command line of this process and end it with the command's exit code."""
    begin_loading()
    signal.signal(signal.SIGTERM, _terminated)
    codecs.register_error("losscli", _as_json)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="losscli")
    sys.exit(execute(sys.argv[1:]))


def _as_json(error: UnicodeError) -> tuple[str, int]:
    """What a stream cannot write, as JSON writes it, so that JSON is still JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def _terminated(*_: object) -> None:
    # As an exception, so that nothing half written is left behind.
    raise SystemExit(TERMINATED)


def execute(words: Sequence[str]) -> int:
    """Run the command that `words` spell; the exit code. With --debug, errors show where."""
    words, debug = _without_debug(words)
    unwritten = Unwritten()
    try:
        dispatch(words, unwritten)
    except SystemExit as done:
        # Typer has answered: with help, a version or a completion.
        return done.code if isinstance(done.code, int) else 0
    except LosscliError as error:
        said = _said(error, words)
        _complain(said, *unwritten.said(said), debug=debug)
        return error.exit_code
    except KeyboardInterrupt:
        _complain(*unwritten.said(), debug=debug)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (| head).
        from losscli.cli.output import silence_stdout

        silence_stdout()
        return BROKEN_PIPE
    except MemoryError:
        _complain(
            "memory is too small for it. A loss of whole arrays holds them; others do not.",
            *unwritten.said(),
            debug=debug,
        )
        return DataError.exit_code
    except Exception as error:
        hint = "" if debug else " --debug shows where."
        _complain(
            f"internal error, a bug of losscli ({type(error).__name__}: {error}).{hint}",
            *unwritten.said(),
            debug=debug,
        )
        return INTERNAL
    return 0


def _without_debug(words: Sequence[str]) -> tuple[list[str], bool]:
    """The words without --debug, and whether it was there; what follows -- is left alone."""
    end = words.index("--") if "--" in words else len(words)
    options = [word for word in words[:end] if word != "--debug"]
    return [*options, *words[end:]], len(options) < end


def _said(error: LosscliError, words: Sequence[str]) -> str:
    """What an error says; where several readings fit, each as a whole command to be copied."""
    if not isinstance(error, UsageError) or not error.choices:
        return str(error)
    from losscli.cli.questions import whole_commands

    verb = words[0] if words[0] in _COMMANDS else "eval"
    return whole_commands(error, words, verb, _command(verb)[0])


def _complain(*texts: str, debug: bool) -> None:
    if debug:
        import traceback

        traceback.print_exc()
    from losscli.cli.output import note

    note(texts)


def dispatch(words: Sequence[str], unwritten: Unwritten | None = None) -> None:
    """Run the command that `words` name; without one, `eval`.

    The files that it is to write are told to `unwritten` before it runs.

    Raises SystemExit where Typer answers instead.
    """
    if os.environ.get(_COMPLETING, "").startswith("complete_"):
        _complete()
    if not words:
        raise UsageError("which command?", hint=_HINT.format("losscli"))
    if words and words[0] not in _COMMANDS and words[0] not in _OWN_OPTIONS:
        _check_misspelt(words)
        words = ["eval", *words]
    _help_where_narrow(words)
    run, options = _plainly(words) or by_typer(words)
    from losscli.cli.options import settled
    from losscli.cli.overwriting import check_outputs, outputs_of

    options = settled(options)
    check_outputs(options)
    if unwritten is not None:
        unwritten.expect(outputs_of(options))
    run(options)


def _help_where_narrow(words: Sequence[str]) -> None:
    """Print the help that is asked for and end, on a screen that has no room for Typer's."""
    end = words.index("--") if "--" in words else len(words)
    known = words[0] in _COMMANDS or words[0] in _OWN_OPTIONS
    if not known or not {"--help", "-h"} & set(words[:end]):
        return
    from losscli.cli.narrow_help import NARROW, of_command, of_program
    from losscli.cli.output import emit, width

    columns = width()
    if columns is None or columns >= NARROW:
        return
    if words[0] in _COMMANDS:
        options = _command(words[0])[0]
        text = of_command(words[0], options, help_of(options), columns)
    else:
        helps = {name: help_of(options) for name, options in option_types().items()}
        text = of_program(HELP, EPILOG, helps, columns)
    emit(text, None)
    raise SystemExit(0)


def _complete() -> NoReturn:
    """Print what the TAB key offers and end the process; 1 tells fish to offer files instead."""
    from losscli.cli.shells import completed

    offers = completed(os.environ, tuple(_COMMANDS), lambda name: _command(name)[0])
    if offers:
        print(offers)
    raise SystemExit(0 if offers else 1)


def _check_misspelt(words: Sequence[str]) -> None:
    """Raise UsageError for a word that is no file, and all but a command."""
    first = words[0]
    if len(words) < 2 or not first.isalpha() or os.path.lexists(first):
        return
    from difflib import get_close_matches

    if close := get_close_matches(first.lower(), _COMMANDS, 1):
        raise UsageError(
            f"there is no command {first!r}, nor a file of that name",
            hint=f"Did you mean losscli {close[0]}?",
        )


def _plainly(words: Sequence[str]) -> tuple[Callable[[Any], None], Any] | None:
    if words[0] not in _COMMANDS:
        return None
    from losscli.cli.options import parse_plain

    options_type, run = _command(words[0])
    options = parse_plain(options_type, words[1:])
    return None if options is None else (run, options)


def _command(name: str) -> tuple[Any, Callable[[Any], None]]:
    module = import_module(f"losscli.cli.{name}")
    return getattr(module, _COMMANDS[name]), module.run


def option_types() -> dict[str, Any]:
    """The declared options of each command, by its name."""
    return {name: _command(name)[0] for name in _COMMANDS}


def _with_hyphens(options: Any) -> Any:
    """The options with their negative numbers written as they were typed."""

    def typed(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(typed, value))
        return f"-{value[1:]}" if isinstance(value, str) and value[:1] == _MINUS else value

    given = {each.name: typed(getattr(options, each.name)) for each in fields(options)}
    return replace(options, **given)


def by_typer(words: Sequence[str]) -> tuple[Callable[[Any], None], Any]:
    """The command and the options that `words` spell, as Typer reads them.

    Raises SystemExit where there is none to run (Typer has printed help, a version, a completion),
    UsageError for words that it does not understand.
    """
    import typer

    from losscli.cli.options import NEGATIVE, typer_function

    # Typer takes a negative number for an option, but not one with a typographic minus sign.
    words = [f"{_MINUS}{word[1:]}" if NEGATIVE.match(word) else word for word in words]
    app = typer.Typer(
        help=HELP,
        epilog=EPILOG,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    def show_version(wanted: bool) -> None:
        if wanted:
            print(f"losscli {__version__}")
            raise typer.Exit

    @app.callback()
    def root(
        version: bool = typer.Option(
            False, "--version", callback=show_version, is_eager=True, help="Print the version."
        ),
        debug: bool = typer.Option(False, "--debug", help="Show where in losscli an error arose."),
    ) -> None: ...

    found: list[tuple[Callable[[Any], None], Any]] = []

    def take(run: Callable[[Any], None]) -> Callable[[Any], None]:
        return lambda options: found.append((run, _with_hyphens(options)))

    for name in _COMMANDS:
        options_type, run = _command(name)
        app.command(name, help=help_of(options_type))(typer_function(options_type, take(run)))
    try:
        code = app(args=list(words), prog_name="losscli", standalone_mode=False)
    except Exception as error:
        # Typer's exceptions have moved from one release to the next; their methods have not.
        if not hasattr(error, "format_message"):
            raise
        command = " ".join(["losscli", *(word for word in words[:1] if word in _COMMANDS)])
        raise UsageError(
            error.format_message(), hint=_elsewhere(words) or _HINT.format(command)
        ) from None
    if found:
        return found[0]
    raise SystemExit(code)


def _elsewhere(words: Sequence[str]) -> str:
    """The commands that take what `eval` does not: the predictions of several models."""
    from losscli.cli.several_models import compare_instead

    typed = words[1:] if words[:1] == ["eval"] else ()
    return compare_instead([word.replace(_MINUS, "-") for word in typed])


def help_of(options: Any) -> str:
    """The docstring of a command's options, each paragraph on one line: a screen wraps it."""
    from inspect import cleandoc

    paragraphs = cleandoc(options.__doc__).split("\n\n")
    return "\n\n".join(" ".join(map(str.strip, text.splitlines())) for text in paragraphs)
