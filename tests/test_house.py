"""The house: one verb, one room, and data flow one way."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import losscli

HOME = Path(losscli.__file__).parent

# Every room, from the first to the last: a room imports itself and those above it, also inside
# functions. Modules that stand flat are rooms too.
ORDER = (
    "version",
    "errors",
    "vocabulary",
    "plain",
    "arrays",
    "machine",
    "losses/forms",
    "losses/definition",
    "losses",
    "conventions",
    "inputs",
    "task",
    "engine",
    "stats",
    "evaluating",
    "charts",
    "differentiating",
    "rowwise",
    "comparing",
    "batching",
    "checking",
    "matching",
    "describing",
    "render",
    "render/terminal",
    "render/html",
    "render/ci",
    "cli",
)
# The two ways in hand on names of any room.
DOORS = ("__init__", "__main__")


def modules() -> dict[str, Path]:
    """The path of every module, by its name with slashes: `inputs/npy`."""
    return {path.relative_to(HOME).with_suffix("").as_posix(): path for path in HOME.rglob("*.py")}


def imported(path: Path, known: set[str]) -> Iterator[str]:
    """The modules of losscli that a module imports, wherever in it it does so."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "losscli":
            package = "/".join(str(node.module).split(".")[1:])
            for name in node.names:
                module = f"{package}/{name.name}".lstrip("/")
                yield module if module in known else package or "__init__"
        elif isinstance(node, ast.Import):
            for name in node.names:
                if name.name.startswith("losscli."):
                    yield "/".join(name.name.split(".")[1:])


def room_of(module: str) -> str:
    """The innermost room that holds a module."""
    parts = module.split("/")
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    while "/".join(parts) not in ORDER and len(parts) > 1:
        parts.pop()
    return "/".join(parts)


def arrows() -> dict[str, set[str]]:
    known = modules()
    return {
        module: {
            target if target in known else f"{target}/__init__"
            for target in imported(path, set(known))
        }
        for module, path in known.items()
    }


def test_every_module_stands_in_a_room() -> None:
    rooms = {room_of(module) for module in modules()} - set(DOORS)
    assert rooms == set(ORDER)


def test_at_most_eight_modules_stand_flat() -> None:
    assert len(list(HOME.glob("*.py"))) <= 8


def test_no_room_imports_one_below_it() -> None:
    upward = {
        f"{module} -> {target}"
        for module, targets in arrows().items()
        if module not in DOORS
        for target in targets
        if target in DOORS or ORDER.index(room_of(target)) > ORDER.index(room_of(module))
    }
    assert upward == set()


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {
        module: targets - {module} for module, targets in arrows().items() if module not in DOORS
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = " -> ".join(error.args[1])
    else:
        circle = ""
    assert circle == ""


def test_only_the_command_line_writes_to_screens() -> None:
    for module, path in modules().items():
        if room_of(module).split("/")[0] not in ("cli", "render"):
            assert not re.search(r"\bprint\(", path.read_text(encoding="utf-8")), module


def test_losses_read_no_files() -> None:
    for module, path in modules().items():
        if module.startswith("losses/"):
            assert "open(" not in path.read_text(encoding="utf-8"), module


def test_no_module_is_a_drawer_for_everything() -> None:
    names = {path.stem for path in HOME.rglob("*.py")}
    assert names.isdisjoint({"utils", "util", "helpers", "common", "misc", "tools"})
