"""What is asked for every pair, checked before the first is read."""

from __future__ import annotations

from collections.abc import Iterable

from losscli.batching.item import Item
from losscli.errors import DataError, UsageError
from losscli.evaluating.requests import look_up, parse_requests
from losscli.vocabulary import Reduction

# One number per loss and pair is what can be compared.
_UNREDUCED = (Reduction.NONE, Reduction.COLUMNS)


def check_requests(items: Iterable[Item]) -> None:
    """Raise UsageError for losses and options that make no sense whatever the data.

    Of a manifest's row it is a DataError that names the line.
    """
    for item in items:
        try:
            _check(item)
        except UsageError as error:
            if not item.origin:
                raise
            raise DataError(f"{item.origin}: {error.problem}", hint=error.hint) from None


def _check(item: Item) -> None:
    if item.pred == "-" or "-" in item.files().values():
        raise UsageError("standard input can be read only once, not by a batch")
    if item.losses is not None:
        look_up(parse_requests(item.losses))
    if item.options.reduction in _UNREDUCED:
        raise UsageError(
            f"reduction {item.options.reduction}: a batch compares one number per loss",
            hint="`losscli rows` and `losscli eval` show the rest.",
        )
