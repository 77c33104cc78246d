"""No output of a command takes the place of one of its inputs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from losscli.machine.patterns import is_pattern, matching

# The options that name files to write; of `preds` a batch leaves its own outputs out.
_OUTPUTS = ("output", "junit", "openmetrics", "metrics")
_BASELINE, _PREDS = "baseline", "preds"


def check_outputs(options: Any) -> None:
    """Raise UsageError where an output of a command is one of its inputs."""
    outputs = outputs_of(options)
    if not outputs:
        return
    from losscli.machine.whole_files import refuse_inputs

    writing = _writing(options)
    others = {name: texts for name, texts in _given(options).items() if name not in writing}
    refuse_inputs(outputs, _files(others))


def outputs_of(options: Any) -> list[str]:
    """The files that a command is to write."""
    given = _given(options)
    return [file for name in _writing(options) for file in given.get(name, ())]


def _given(options: Any) -> dict[str, tuple[str, ...]]:
    return {
        item.name: value if isinstance(value, tuple) else (value,)
        for item in dataclasses.fields(options)
        if (value := getattr(options, item.name)) and isinstance(value, (str, tuple))
    }


def _writing(options: Any) -> list[str]:
    updating = getattr(options, "update_baseline", False)
    return [*_OUTPUTS, *([_BASELINE] if updating else [])]


def _files(given: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """All that could be a file among the words of options."""
    for name, texts in given.items():
        for text in texts:
            # NAME=FILE, and FILE::KEY of an archive.
            for file in (text, text.partition("=")[2], text.rpartition("::")[0]):
                if not file:
                    continue
                yield file
                if name != _PREDS and is_pattern(file):
                    yield from matching(file)
                elif name != _PREDS and Path(file).is_dir():
                    yield from map(str, Path(file).iterdir())
