"""How shells ask what the TAB key offers, and how they want to be told.

`losscli --install-completion` puts a script of Typer's into the shell. At each TAB the script
starts losscli with the words typed so far in environment variables, and takes what losscli prints.
Nothing else may be printed then.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from losscli.cli.completing import Offer, offered

# Set by the script: `complete_bash`, `complete_zsh` …
VARIABLE = "_LOSSCLI_COMPLETE"

# What bash takes for a word of its own inside `--like=keras` and `focal:gamma`.
_BREAK = re.compile(r"[=:]+")

# What has no meaning of its own in bash outside quotes.
_PLAIN = re.compile(r"([^\w.,:=/@%^+-])")


@dataclass(frozen=True, slots=True)
class _Line:
    """The whole words after the program's name, and the one at the cursor as far as it is typed.

    `kept` is how much of that word the shell keeps when it puts in an offer; `quoted` whether the
    word begins with a quotation mark.
    """

    words: tuple[str, ...]
    incomplete: str
    kept: int = 0
    quoted: bool = False


def completed(
    environ: Mapping[str, str], commands: Sequence[str], options_of: Callable[[str], Any]
) -> str:
    """What the shell's script asks for; empty where there is nothing to offer.

    `commands` are the names of all commands, `options_of` gives the declared options of one.
    """
    shell = environ[VARIABLE].removeprefix("complete_")
    try:
        line = _bash_line(environ) if shell == "bash" else _other_line(environ)
        offers = list(offered(line.words, line.incomplete, commands, options_of))
    except Exception:
        # Whatever is wrong with a file or a line, a message between two key strokes helps nobody.
        line, offers = _Line((), ""), []
    return _FORMS.get(shell, _fish)(line, offers)


def _bash_line(environ: Mapping[str, str]) -> _Line:
    """Bash gives each word on a line as it is typed, and parts words at `=` and `:`."""
    pieces = environ["COMP_WORDS"].split("\n")
    place = int(environ["COMP_CWORD"])
    pieces = [*pieces[:place], *(pieces[place : place + 1] or [""])][1:]
    joined: list[str] = []
    goes_on = False
    for piece in pieces:
        is_break = _BREAK.fullmatch(piece) is not None
        if joined and (is_break or (goes_on and piece)):
            joined[-1] += piece
        else:
            joined.append(piece)
        goes_on = is_break
    if not joined:
        return _Line((), "")
    *words, last = joined
    end = pieces[-1]
    typed = "" if _BREAK.fullmatch(end) and last != end else end
    incomplete = _unquoted(last)
    return _Line(
        tuple(map(_unquoted, words)),
        incomplete,
        len(incomplete) - len(_unquoted(typed)),
        typed.startswith(("'", '"')),
    )


def _other_line(environ: Mapping[str, str]) -> _Line:
    """Other shells give the line up to the cursor as one text."""
    text = environ.get("_TYPER_COMPLETE_ARGS", "")
    words = _words(text)[1:]
    at_cursor = environ.get("_TYPER_COMPLETE_WORD_TO_COMPLETE")
    if (text[-1:].isspace() and not text.endswith("\\ ")) if at_cursor is None else not at_cursor:
        return _Line(tuple(words), "")
    return _Line(tuple(words[:-1]), words[-1] if words else "")


def _unquoted(piece: str) -> str:
    return "".join(_words(piece, blanks=""))


def _words(text: str, blanks: str = " \t\r\n") -> list[str]:
    """The words of a line as a shell parts them; the last one may end within quotes."""
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = blanks, True, ""
    found: list[str] = []
    try:
        found.extend(lexer)
    except ValueError:
        found.append(lexer.token)
    return found


def _bash(line: _Line, offers: Sequence[Offer]) -> str:
    ends = [offer.word[line.kept :] for offer in offers]
    return "\n".join(ends if line.quoted else [_PLAIN.sub(r"\\\1", end) for end in ends])


def _zsh(_: _Line, offers: Sequence[Offer]) -> str:
    """Code for zsh's `eval`; without offers, files."""
    if not offers:
        return "_files"
    named = [f'"{_zsh_text(offer.word)}"' for offer in offers]
    said = [f':"{_zsh_text(offer.help)}"' if offer.help else "" for offer in offers]
    listed = "\n".join(map("".join, zip(named, said, strict=True)))
    return f"_arguments '*: :(({listed}))'"


def _zsh_text(text: str) -> str:
    """A text within double quotes within single quotes; what `eval` would run is left out."""
    plain = re.sub(r"[\\$`!]", "", text)
    return plain.replace('"', '""').replace("'", "''").replace(":", r"\\:")


def _fish(_: _Line, offers: Sequence[Offer]) -> str:
    return "\n".join(f"{offer.word}\t{offer.help}".rstrip("\t") for offer in offers)


def _powershell(_: _Line, offers: Sequence[Offer]) -> str:
    quoted = ((f"'{o.word}'" if " " in o.word else o.word, o.help or " ") for o in offers)
    return "\n".join(f"{word}:::{help}" for word, help in quoted)


_FORMS = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
    "powershell": _powershell,
    "pwsh": _powershell,
}
