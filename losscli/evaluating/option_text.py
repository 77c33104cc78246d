"""Options as people write them, on a command line or in a manifest's cell."""

from __future__ import annotations

from collections.abc import Sequence

from losscli.errors import UsageError


def listed(text: str) -> tuple[str, ...]:
    """Names separated by commas."""
    return tuple(name.strip() for name in text.split(","))


def named_files(texts: Sequence[str], what: str) -> dict[str, str]:
    """Files by name, each written NAME=FILE. Raises UsageError for one that is not."""
    files: dict[str, str] = {}
    for text in texts:
        name, _, file = text.partition("=")
        if not name or not file:
            raise UsageError(f"{what} {text}: which file is it?", hint=f"Write {what} NAME=FILE.")
        if name in files:
            raise UsageError(f"{what} {name} is given twice")
        files[name] = file
    return files


def class_weights(text: str, what: str) -> Sequence[float] | dict[str, float]:
    """Weights of classes: `1,5` in their order, or `cat=1,dog=5`.

    Raises UsageError for what is neither.
    """
    parts = listed(text)
    try:
        if "=" not in text:
            return [float(part) for part in parts]
        pairs = [(name, float(value)) for name, _, value in (p.rpartition("=") for p in parts)]
    except ValueError:
        raise UsageError(f"{what} {text}: not numbers", hint="Write 1,5 or cat=1,dog=5.") from None
    weights = dict(pairs)
    if len(weights) < len(pairs):
        raise UsageError(f"{what} {text} names a class twice")
    return weights
