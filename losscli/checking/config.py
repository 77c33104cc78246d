"""Named checks of `losscli.toml`, or of `[tool.losscli]` in pyproject.toml."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from msgspec.structs import replace

from losscli.batching.item import Item
from losscli.batching.manifest import item_of, options_known
from losscli.checking.request import Check, losses_of
from losscli.checking.rules import MAX, MIN, NOT_WORSE, bounds_of, undecided_passes
from losscli.comparing.tolerances import tolerances_of
from losscli.errors import DataError, UsageError, did_you_mean
from losscli.inputs.columns import Columns
from losscli.machine.endless import read_whole

OWN, SHARED = "losscli.toml", "pyproject.toml"

_RULES = (
    MAX,
    MIN,
    "baseline",
    "tolerance",
    "significant",
    NOT_WORSE,
    "undecided",
    "baseline_pred",
    "by_col",
    "by_class",
)


def find_config(folder: Path) -> str | None:
    """The configuration of a folder, where it has one."""
    if (folder / OWN).is_file():
        return OWN
    shared = folder / SHARED
    if shared.is_file() and "check" in _own_tables(_document(str(shared))):
        return SHARED
    return None


def read_config(file: str, names: Sequence[str] = ()) -> list[Check]:
    """The checks of a configuration, or those of them that are named.

    Each is a table `[check.NAME]` (`[tool.losscli.check.NAME]` in pyproject.toml): `pred`, `label`,
    `loss` and the options of `losscli eval`; `max`, `min`, `baseline`, `tolerance`, `significant`,
    `not_worse_by`, `undecided`, `baseline_pred`. Files are relative to the configuration's folder.

    Raises DataError, with the table, for what cannot be understood, UsageError for a name that
    there is not.
    """
    document: Mapping[str, Any] = _document(file)
    prefix = "check"
    if PurePath(file).name == SHARED:
        document = _own_tables(document)
        prefix = "tool.losscli.check"
    if strays := [key for key in document if key != "check"]:
        raise DataError(
            f"there is no setting {strays[0]!r}", file=file, hint="Write [check.NAME] tables."
        )
    tables = document.get("check")
    if not isinstance(tables, dict) or not tables:
        raise DataError("holds no checks", file=file, hint=f"Write a table [{prefix}.NAME].")
    for name in names:
        if name not in tables:
            hint = did_you_mean(name, tables, otherwise="It has")
            raise UsageError(f"{file} has no check {name!r}", hint=hint)
    folder = PurePath(file).parent
    checks = []
    for name in names or tables:
        place = f"table [{prefix}.{name}]"
        try:
            checks.append(_check(name, tables[name], folder))
        except UsageError as error:
            raise DataError(error.problem, file=file, position=place, hint=error.hint) from None
    return checks


def _document(file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(read_whole(file).decode("utf-8-sig"))
    except OSError as error:
        raise DataError(f"cannot be read ({(error.strerror or '').lower()})", file=file) from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"is not TOML: {error}", file=file) from None


def _own_tables(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What pyproject.toml says to losscli: nothing where these are no tables."""
    found: Any = document
    for name in ("tool", "losscli"):
        found = found.get(name, {}) if isinstance(found, Mapping) else {}
    return found if isinstance(found, Mapping) else {}


def _check(name: str, table: Any, folder: PurePath) -> Check:
    if not isinstance(table, Mapping):
        raise UsageError("is no table")
    known = (*_RULES, *options_known())
    for key in table:
        if key not in known:
            raise UsageError(f"there is no setting {key!r}", hint=did_you_mean(key, known))
    rest = {key: value for key, value in table.items() if key not in _RULES}
    item = item_of({"name": name, **rest}, Item(name, ""), folder)
    options = item.options
    if "by_col" in table:
        columns = options.columns or Columns()
        options = replace(options, columns=replace(columns, by=_names(table["by_col"], "by_col")))
    if _truth(table, "by_class"):
        options = replace(options, by_class=True)
    check = Check(
        name,
        item.pred,
        item.label,
        losses_of(item.losses),
        (*bounds_of(table.get(MAX, {}), MAX), *bounds_of(table.get(MIN, {}), MIN)),
        _file(table, "baseline", folder),
        tolerances_of(table.get("tolerance", 0.0)),
        _truth(table, "significant"),
        _file(table, "baseline_pred", folder),
        tolerances_of(table[NOT_WORSE], NOT_WORSE) if NOT_WORSE in table else None,
        undecided_passes(table.get("undecided", "fail")),
        options,
    )
    check.verify()
    return check


def _truth(table: Mapping[str, Any], name: str) -> bool:
    given = table.get(name, False)
    if not isinstance(given, bool):
        raise UsageError(f"{name} is {json.dumps(given, default=str)}, neither true nor false")
    return given


def _names(given: Any, name: str) -> tuple[str, ...]:
    names = (given,) if isinstance(given, str) else given
    if not isinstance(names, list | tuple) or not all(isinstance(item, str) for item in names):
        raise UsageError(f"{name} is {json.dumps(given, default=str)}, not a list of columns")
    return tuple(names)


def _file(table: Mapping[str, Any], name: str, folder: PurePath) -> str | None:
    given = table.get(name)
    if given is None:
        return None
    if not isinstance(given, str):
        raise UsageError(f"{name} is {json.dumps(given, default=str)}, no file name")
    return given if "://" in given else str(folder / given)
