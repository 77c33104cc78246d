"""Numbers of an earlier evaluation, which later ones are held against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from losscli.conventions.table import CONVENTIONS
from losscli.errors import DataError
from losscli.evaluating.report import SCHEMA, Result
from losscli.evaluating.requests import asked_again
from losscli.losses.registry import REGISTRY
from losscli.machine.endless import read_whole


class StoredBaseline(Struct, frozen=True):
    """The results of a report that `losscli eval --format json` or `check` has written."""

    file: str
    results: tuple[Mapping[str, Any], ...]

    @property
    def losses(self) -> tuple[str, ...]:
        """Its losses, as they would be asked for."""
        return tuple(
            asked_again(result["loss"], result["params"], result["convention"])
            for result in self.results
        )

    def value(self, result: Result) -> float:
        """The value that this result is held against.

        Raises DataError where the baseline has none, or one that cannot be compared: of another
        convention, kind, reduction or number of rows, or of other parameters.
        """
        named = [other for other in self.results if other["loss"] == result.loss]
        if not named:
            raise DataError(
                f"has no {result.title}", file=self.file, hint="Write it anew: --update-baseline."
            )
        mine = _parts(result.signature)
        unlike = [_unlike(mine, _parts(str(other["signature"]))) for other in named]
        if all(unlike):
            raise DataError(
                f"its {result.title} is another number: {min(unlike, key=len)}",
                file=self.file,
                hint="Evaluate as the baseline was, or write it anew: --update-baseline.",
            )
        value = named[unlike.index("")]["value"]
        if value is None:
            raise DataError(f"its {result.title} is no finite number", file=self.file)
        return float(value)


def read_baseline(file: str) -> StoredBaseline:
    """The baseline in a file. Raises DataError for one that is none."""
    try:
        document = json.loads(read_whole(file))
    except FileNotFoundError:
        raise DataError(
            "there is no such baseline", file=file, hint="Write it: --update-baseline."
        ) from None
    except OSError as error:
        raise DataError(f"cannot be read ({(error.strerror or '').lower()})", file=file) from None
    except (ValueError, RecursionError):
        raise DataError("is not JSON, as a baseline is", file=file) from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise DataError(
            f"is no report of schema {SCHEMA}",
            file=file,
            hint="Write one: losscli eval … --format json, or --update-baseline.",
        )
    results = document.get("results")
    if not isinstance(results, list) or not all(map(_is_result, results)):
        raise DataError("holds no results", file=file)
    return StoredBaseline(file, tuple(results))


def _is_result(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and isinstance(item.get("loss"), str)
        and isinstance(item.get("signature"), str)
        and isinstance(item.get("params"), dict)
        and item.get("convention") in CONVENTIONS
        and (item.get("value") is None or type(item["value"]) in (int, float))
        and REGISTRY.knows(item["loss"])
    )


def _parts(signature: str) -> dict[str, str]:
    """What a signature says, but for the version of losscli."""
    parts = (part.partition(":") for part in signature.split("|"))
    return {name: value for name, _, value in parts if name != "losscli"}


def _unlike(mine: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """The parts in which two signatures differ, in words; empty where they agree."""
    names = [name for name in {**theirs, **mine} if mine.get(name) != theirs.get(name)]
    return "; ".join(
        f"{name} is {theirs.get(name, 'not said')} there, {mine.get(name, 'not said')} here"
        for name in names
    )
