"""Files, folders and patterns → the predictions of a batch."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from losscli.batching.template import check_template, filled
from losscli.errors import UsageError
from losscli.inputs.parts import in_natural_order
from losscli.machine.patterns import is_pattern, matching

# What may be a prediction in a folder.
_ENDINGS = (".npy", ".npz", ".csv", ".tsv", ".parquet", ".feather", ".arrow", ".jsonl", ".ndjson")
_COMPRESSED = ("", ".gz", ".bz2", ".zst")
_DATA = tuple(ending + packed for ending in _ENDINGS for packed in _COMPRESSED)


def predictions(named: Iterable[str], label: str | None, leave_out: Iterable[str]) -> list[str]:
    """The predictions that files, folders and patterns name, each once, in the order given.

    Of a folder these are the files with the ending of a format that is read, at any depth; of a
    folder and of a pattern, in natural order, and without those that are labels of others or are to
    be left out. Raises UsageError for a pattern that matches nothing.
    """
    if label is not None:
        check_template(label, "--label")
    found: dict[str, None] = {}
    for name in named:
        if not name:
            raise UsageError("the name of a prediction is empty")
        found |= dict.fromkeys(_files(name, label, set(map(os.path.normpath, leave_out))))
    return list(found)


def _files(name: str, label: str | None, others: set[str]) -> list[str]:
    # A name that is too long has an error of its own where it is opened.
    if "://" in name or os.path.isfile(name):  # noqa: PTH113
        return [name]
    pattern = is_pattern(name)
    if pattern:
        files = [each for each in matching(name) if Path(each).is_file()]
    else:
        files = list(_below(Path(name)))
    if label is not None:
        others = others | {os.path.normpath(filled(label, each)) for each in files}
    kept = [each for each in files if os.path.normpath(each) not in others]
    if pattern and not kept:
        raise UsageError(f"{name}: there are no predictions", hint="Give files or a pattern.")
    # What is no folder, or an empty one, has an error of its own.
    return in_natural_order(kept) or [name]


def _below(folder: Path) -> Iterator[str]:
    """The data files in a folder and its folders; what tools leave there begins with `.` or `_`."""
    for place, folders, files in os.walk(folder):
        folders[:] = [each for each in folders if not each.startswith((".", "_"))]
        for each in files:
            if each.lower().endswith(_DATA) and not each.startswith((".", "_")):
                yield str(Path(place) / each)
