"""A template for the files that belong to a prediction: `{dir}/labels.npy`, `{stem}_y.csv`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import PurePath
from string import Formatter

from losscli.errors import UsageError
from losscli.inputs.formats import KEY_MARK

# What a compressed file's name ends in, after the ending of its format.
_COMPRESSED = re.compile(r"\.(gz|bz2|zst)$")

_FIELDS: Mapping[str, Callable[[PurePath], str]] = {
    "dir": lambda path: str(path.parent),
    "parent": lambda path: path.parent.name,
    "file": lambda path: path.name,
    "stem": lambda path: PurePath(_COMPRESSED.sub("", path.name)).stem,
}


def check_template(template: str, what: str) -> None:
    """Raise UsageError for braces that hold no field of a template."""
    try:
        parts = [part[1:] for part in Formatter().parse(template) if part[1] is not None]
    except ValueError as error:
        raise _refused(template, what, str(error)) from None
    for name, form, conversion in parts:
        if form or conversion:
            raise _refused(template, what, "a field is a name in braces, and nothing else")
        if name not in _FIELDS:
            raise _refused(template, what, f"there is no {{{name}}}")


def filled(template: str, pred: str) -> str:
    """The template with the parts of a prediction's path in place of its fields.

    A template that names no folder stands beside the prediction.

    >>> filled("{dir}/labels.npy", "runs/a/preds.npy")
    'runs/a/labels.npy'
    >>> filled("{stem}_y.csv", "runs/a.csv.gz")
    'runs/a_y.csv'
    """
    if "{" not in template and "}" not in template:
        return template
    path = PurePath(pred.partition(KEY_MARK)[0])
    text = template.format(**{name: part(path) for name, part in _FIELDS.items()})
    fields = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
    beside = fields and "dir" not in fields and "/" not in template
    return str(path.parent / text) if beside else text


def _refused(template: str, what: str, why: str) -> UsageError:
    known = ", ".join(f"{{{name}}}" for name in _FIELDS)
    return UsageError(
        f"{what} {template}: {why}", hint=f"The parts of a prediction's path: {known}."
    )
