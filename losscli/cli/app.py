"""Words of the command line → a command; errors → exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from losscli import __version__
from losscli.errors import LosscliError

# Each command's module holds `run` and the options it takes.
_COMMANDS = {
    "eval": "EvalOptions",
    "recommend": "RecommendOptions",
    "losses": "LossesOptions",
}

_OWN_OPTIONS = {"--help", "-h", "--version", "--install-completion", "--show-completion"}

INTERRUPTED = 130
BROKEN_PIPE = 141


def main() -> None:
    """Run the command line of this process and end it with the command's exit code."""
    words = sys.argv[1:]
    debug = "--debug" in words
    sys.exit(_guarded([word for word in words if word != "--debug"], debug=debug))


def _guarded(words: Sequence[str], *, debug: bool) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        dispatch(words)
    except LosscliError as error:
        if debug:
            raise
        print(f"losscli: {_visible(str(error))}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (| head): nothing more may be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return 0


def dispatch(words: Sequence[str]) -> None:
    """Run the command that `words` name; without one, `eval`."""
    if words and words[0] not in _COMMANDS and words[0] not in _OWN_OPTIONS:
        words = ["eval", *words]
    if words and words[0] in _COMMANDS and "_LOSSCLI_COMPLETE" not in os.environ:
        from losscli.cli.options import parse_plain

        options_type, run = _command(words[0])
        options = parse_plain(options_type, words[1:])
        if options is not None:
            run(options)
            return
    _typer_app()(args=list(words), prog_name="losscli")


def _command(name: str) -> tuple[Any, Any]:
    module = import_module(f"losscli.cli.{name}")
    return getattr(module, _COMMANDS[name]), module.run


def _typer_app() -> Any:
    import typer

    from losscli.cli.options import typer_function

    app = typer.Typer(
        help="How wrong is the model? Losses of prediction files, under the convention you name.",
        epilog="`losscli PRED LABEL` is short for `losscli eval PRED LABEL`. "
        "Exit codes: 0 done, 1 a check failed, 2 wrong usage, 3 bad data.",
        no_args_is_help=True,
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
    ) -> None: ...

    for name in _COMMANDS:
        options_type, run = _command(name)
        app.command(name, help=options_type.__doc__)(typer_function(options_type, run))
    return app


def _visible(text: str) -> str:
    """The text with control characters written out, so that no file name can drive a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)
