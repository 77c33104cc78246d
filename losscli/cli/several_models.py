"""Words that `eval` does not take, as several models' predictions → commands of `compare`."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from losscli.cli.options import NEGATIVE, specs_of

# The option of `compare` that asks how far two models' distributions part.
_APART = "--kl"


def compare_instead(words: Sequence[str]) -> str:
    """The whole commands that compare the models that the words of `eval` name.

    Empty where they name no two models: three files, of which the last holds the labels, several
    with `--label FILE` or a column of labels, or two with `--kl`.
    """
    from losscli.cli.compare import CompareOptions

    specs = {flag: spec for spec in specs_of(CompareOptions).values() for flag in spec.flags}
    files: list[str] = []
    others: list[str] = []
    labels: list[str] = []
    rest = iter(words)
    for word in rest:
        if not word.startswith("-") or word == "-" or NEGATIVE.match(word):
            files.append(word)
            continue
        flag, equals, value = word.partition("=")
        spec = specs.get(flag)
        if spec is None:
            return ""
        given = [word] if spec.switch or equals else [word, next(rest, "")]
        if flag == "--label":
            labels = [value] if equals else given[1:]
        else:
            others += given
    named = bool({"-y", "--label-col"} & set(others))
    if not labels and not named and len(files) > 2:
        labels = [files.pop()]
    if len(files) < 2 or not (labels or named or _APART in others):
        return ""
    plain = [word for word in others if word != _APART]
    command = ["losscli", "compare", *files, *(["--label", *labels] if labels else []), *plain]
    lines = [] if _APART in others else [shlex.join(command)]
    if len(files) == 2 and not {"-l", "--loss"} & set(others):
        lines.append(shlex.join([*command, _APART]))
    return "\n  ".join(["eval is of one model. Of several, say one of", *lines])
