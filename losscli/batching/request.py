"""What is asked for every pair, checked before the first is read."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

from losscli.batching.item import Item
from losscli.conventions.table import convention
from losscli.errors import DataError, UsageError
from losscli.evaluating.one_pass import evaluated
from losscli.evaluating.plan import look_up, parse_requests
from losscli.vocabulary import Kind, Reduction, Task, member

# One number per loss and pair is what can be compared.
_UNREDUCED = (Reduction.NONE, Reduction.COLUMNS)
_CASTS = ("float16", "float32", "float64")

_OF_EVALUATE = frozenset(inspect.signature(evaluated).parameters) - {"params"}
_OWN = frozenset(("threads", "progress", "observers", "ids", "baselines", "announce", "workers"))


def settled_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Keyword arguments as an item holds them: those of `evaluate`, and the losses' parameters.

    Raises UsageError for an argument that a batch decides itself.
    """
    for name in options:
        if name in _OWN:
            raise UsageError(f"a batch has no option {name!r}")
    given = {name: value for name, value in options.items() if value is not None}
    known = {name: value for name, value in given.items() if name in _OF_EVALUATE}
    params = {name: value for name, value in given.items() if name not in _OF_EVALUATE}
    return {**known, "params": params} if params else known


def check_requests(items: Iterable[Item]) -> None:
    """Raise UsageError for losses and options that make no sense whatever the data.

    Of a manifest's row it is a DataError that names the line.
    """
    seen = set()
    for item in items:
        words = (item.losses, repr({**item.options, "weight": None, "inputs": None}))
        if words in seen:
            continue
        seen.add(words)
        try:
            _check(item)
        except UsageError as error:
            if not item.origin:
                raise
            raise DataError(f"{item.origin}: {error.problem}", hint=error.hint) from None


def _check(item: Item) -> None:
    options = item.options
    if item.pred == "-" or "-" in item.files().values():
        raise UsageError("standard input can be read only once, not by a batch")
    look_up(() if item.losses is None else parse_requests(item.losses))
    convention(options.get("like", "standard"))
    for name, words in (("kind", Kind), ("task", Task), ("reduction", Reduction)):
        if name in options:
            member(words, options[name], name)
    if (
        "reduction" in options
        and member(Reduction, options["reduction"], "reduction") in _UNREDUCED
    ):
        raise UsageError(
            f"reduction {options['reduction']}: a batch compares one number per loss",
            hint="`losscli rows` and `losscli eval` show the rest.",
        )
    if options.get("nan", "error") not in ("error", "drop"):
        raise UsageError(f"nan {options['nan']!r}: say 'error' or 'drop'")
    if options.get("cast", "float64") not in _CASTS:
        raise UsageError(f"cast {options['cast']!r}: say {', '.join(_CASTS)}")
