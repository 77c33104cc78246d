"""A manifest → the pairs of a batch: CSV, TSV, TOML or JSON Lines, one pair in each row."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from msgspec.structs import replace

from losscli.batching.item import Item
from losscli.errors import DataError, UsageError, did_you_mean
from losscli.evaluating.option_text import class_weights, listed, named_files
from losscli.evaluating.requests import parse_requests
from losscli.inputs.columns import Columns
from losscli.inputs.compressed import first_line
from losscli.inputs.json_lines import once
from losscli.machine.endless import read_whole

# Where a row stands (`line 5`), and what it says.
Row = tuple[str, Mapping[str, Any]]

_FILES = ("pred", "label", "weight")
_OWN = ("name", "loss", *_FILES)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{name} is {json.dumps(value, default=str)}, not a text")
    return value


def _names(value: Any, name: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return listed(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise UsageError(f"{name} is {json.dumps(value, default=str)}, not a list of names")


def _weights(value: Any, name: str) -> Any:
    if isinstance(value, str):
        return class_weights(value, name)
    numbers = value.values() if isinstance(value, dict) else value
    if isinstance(value, (dict, list)) and all(type(item) in (int, float) for item in numbers):
        return value
    raise UsageError(f"{name} is {json.dumps(value, default=str)}, not one number per class")


def _inputs(value: Any, name: str) -> dict[str, str]:
    if isinstance(value, dict):
        return {key: _text(file, name) for key, file in value.items()}
    return named_files(_names(value, name), name)


def _whole(value: Any, name: str) -> int:
    text = str(value) if type(value) in (int, str) else ""
    if not (text.isascii() and text.isdecimal()):
        raise UsageError(f"{name} is {json.dumps(value, default=str)}, not a whole number")
    return int(text)


# The options that a row may give, as they are called on the command line.
_OPTIONS: Mapping[str, Callable[[Any, str], Any]] = {
    "kind": _text,
    "task": _text,
    "like": _text,
    "reduction": _text,
    "nan": _text,
    "cast": _text,
    "classes": _names,
    "class_weight": _weights,
    "input": _inputs,
    "block_length": _whole,
}
_COLUMNS: Mapping[str, Callable[[Any, str], Any]] = {
    "pred_col": _names,
    "label_col": _names,
    "weight_col": _text,
    "id_col": _names,
    "cluster_col": _names,
    "block_col": _names,
}
# Both name rows that depend on each other.
_SAME_COLUMNS = {"block": "cluster"}
_KNOWN = (*_OWN, *_OPTIONS, *_COLUMNS)


def read_manifest(path: str, defaults: Item) -> list[Item]:
    """The pairs that a manifest lists; what a row does not say is as `defaults` say.

    Paths are relative to the manifest's folder. The columns are `name`, `pred`, `label`, `weight`,
    `loss`, and the options of `losscli eval` by their names (`kind`, `like`, `label_col`, …). A
    TOML manifest is an array of tables `[[pair]]`; what stands above them holds for all.

    Raises UsageError and DataError, with the line, for what cannot be understood.
    """
    reader = _READERS.get(PurePath(path).suffix.lower())
    if reader is None:
        known = ", ".join(_READERS)
        raise UsageError(f"{path} is no manifest by its ending", hint=f"Known: {known}.")
    try:
        text = read_whole(path).decode("utf-8-sig")
    except OSError as error:
        raise DataError(f"cannot be read ({(error.strerror or '').lower()})", file=path) from None
    except UnicodeDecodeError as error:
        raise DataError(f"is not UTF-8 (byte {error.start:,})", file=path) from None
    folder = PurePath(path).parent
    items = []
    for position, row in reader(text, path):
        try:
            item = item_of(row, defaults, folder, f"{path}, {position}")
            _check_losses(item, defaults)
            items.append(item)
        except UsageError as error:
            raise DataError(error.problem, file=path, position=position, hint=error.hint) from None
    if not items:
        raise DataError("lists no pairs", file=path)
    return items


def _check_losses(item: Item, defaults: Item) -> None:
    """Raise UsageError for a loss that data would import: code is named on the command line."""
    allowed = {_module(request.name) for request in parse_requests(defaults.losses or ())}
    for request in parse_requests(item.losses or ()):
        module = _module(request.name)
        if module and module not in allowed:
            raise UsageError(
                f"the loss {request.name} would run code of the module {module}, which a manifest "
                "may not",
                hint=f"Name it on the command line: -l {request.name}.",
            )


def _module(loss: str) -> str:
    """The module of a loss of one's own; nothing of a known one."""
    return loss.partition(":")[0] if ":" in loss else ""


def items_of(rows: Iterable[Mapping[str, Any]], defaults: Item) -> list[Item]:
    """The pairs that mappings describe, with the keys of a manifest's columns."""
    return [
        item_of(row, defaults, PurePath(), f"pair {count}")
        for count, row in enumerate(rows, start=1)
    ]


def options_known() -> tuple[str, ...]:
    """All that a row or table may say of a pair."""
    return _KNOWN


def item_of(row: Mapping[str, Any], defaults: Item, folder: PurePath, origin: str = "") -> Item:
    """The pair that a row describes, its files relative to a folder.

    Raises UsageError for what cannot be understood.
    """
    given = {key.strip().lower().replace("-", "_"): value for key, value in row.items()}
    for name in given:
        if name not in _KNOWN:
            raise UsageError(f"there is no column {name!r}", hint=did_you_mean(name, _KNOWN))
    pred = _text(given.get("pred", ""), "pred")
    if not pred:
        raise UsageError("has no prediction", hint="Give its file in the column pred.")
    files = {name: _below(folder, _text(given[name], name)) for name in _FILES if name in given}
    changes = {name: read(given[name], name) for name, read in _OPTIONS.items() if name in given}
    if "input" in changes:
        inputs = changes.pop("input")
        changes["inputs"] = {name: _below(folder, file) for name, file in inputs.items()}
    if "weight" in files:
        changes["weight"] = files["weight"]
    if "cluster_col" in given and "block_col" in given:
        raise UsageError(
            "block_col and cluster_col both name the rows that belong together",
            hint="Name several nested columns in cluster_col.",
        )
    columns = {
        _SAME_COLUMNS.get(role, role): read(given[name], name)
        for name, read in _COLUMNS.items()
        if name in given
        for role in [name.removesuffix("_col")]
    }
    if columns:
        changes["columns"] = replace(defaults.options.columns or Columns(), **columns)
    losses = _names(given["loss"], "loss") if "loss" in given else defaults.losses
    return Item(
        name=_text(given.get("name", pred), "name"),
        pred=files["pred"],
        label=files.get("label", defaults.label),
        losses=losses,
        options=replace(defaults.options, **changes),
        origin=origin,
    )


def _below(folder: PurePath, file: str) -> str:
    return file if "://" in file else str(folder / file)


def _csv_rows(text: str, path: str, delimiter: str = ",") -> Iterator[Row]:
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    try:
        heads = next(reader, [])
        if "pred" not in [head.strip().lower() for head in heads]:
            raise DataError(
                "has no column pred",
                file=path,
                position="line 1",
                hint="The first line names the columns: name, pred, label, loss, …",
            )
        if len(set(heads)) < len(heads):
            raise DataError("names a column twice", file=path, position="line 1")
        line = reader.line_num + 1
        for cells in reader:
            position, line = f"line {line}", reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(heads):
                raise DataError(
                    f"has {len(cells)} cells under {len(heads)} columns",
                    file=path,
                    position=position,
                    hint="Put a cell that holds a comma in quotes.",
                )
            # An empty cell says nothing.
            yield position, {head: cell for head, cell in zip(heads, cells, strict=True) if cell}
    except csv.Error as error:
        raise DataError(str(error), file=path, position=f"line {reader.line_num}") from None


def _tsv_rows(text: str, path: str) -> Iterator[Row]:
    return _csv_rows(text, path, "\t")


def _json_rows(text: str, path: str) -> Iterator[Row]:
    for count, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        position = f"line {count}"
        try:
            row = json.loads(line, object_pairs_hook=once)
        except (ValueError, RecursionError) as error:
            problem = f"is not JSON ({first_line(error)})"
            raise DataError(problem, file=path, position=position) from None
        if not isinstance(row, dict):
            raise DataError("is no JSON object", file=path, position=position)
        yield position, {key: value for key, value in row.items() if value is not None}


def _toml_rows(text: str, path: str) -> Iterator[Row]:
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"is not TOML: {error}", file=path) from None
    pairs = document.pop("pair", [])
    if not (isinstance(pairs, list) and all(isinstance(pair, dict) for pair in pairs)):
        raise DataError("has no array of tables [[pair]]", file=path)
    places = _lines_of_pairs(text, len(pairs))
    for place, pair in zip(places, pairs, strict=True):
        yield place, {**document, **pair}


def _lines_of_pairs(text: str, count: int) -> Sequence[str]:
    heads = re.compile(r"^[ \t]*\[\[[ \t]*[\"']?pair[\"']?[ \t]*\]\]")
    found = [f"line {n}" for n, line in enumerate(text.split("\n"), start=1) if heads.match(line)]
    return found if len(found) == count else [f"pair {n}" for n in range(1, count + 1)]


_READERS: Mapping[str, Callable[[str, str], Iterator[Row]]] = {
    ".csv": _csv_rows,
    ".tsv": _tsv_rows,
    ".toml": _toml_rows,
    ".jsonl": _json_rows,
    ".ndjson": _json_rows,
}
