"""The house: data flow one way, and no stage knows of those that come after it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import losscli

HOME = Path(losscli.__file__).parent

# Each stage may import itself and what stands to its left. Of modules in no folder, the words and
# errors belong to everyone; the others know neither screens nor command lines.
STAGES = ("inputs", "losses", "engine", "stats", "charts", "render", "cli")


def imported(path: Path) -> Iterator[str]:
    """What a module imports of losscli, wherever it does so."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("losscli."):
            yield str(node.module)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("losscli."))


def stage_of(module: str) -> str | None:
    part = module.split(".")[1]
    return part if part in STAGES else None


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_imports_one_to_its_right(stage: str) -> None:
    later = STAGES[STAGES.index(stage) + 1 :]
    found = {
        f"{path.relative_to(HOME)}: {module}"
        for path in (HOME / stage).rglob("*.py")
        for module in imported(path)
        if stage_of(module) in later
    }
    assert found == set()


def test_only_the_command_line_writes_to_screens() -> None:
    found = {
        f"{path.relative_to(HOME)}: {module}"
        for path in HOME.rglob("*.py")
        if path.relative_to(HOME).parts[0] not in ("cli", "render", "__main__.py")
        for module in imported(path)
        if stage_of(module) in ("cli", "render")
    }
    assert found == set()


def test_kernels_know_arrays_alone() -> None:
    for path in (HOME / "losses").rglob("*.py"):
        stages = {stage_of(module) for module in imported(path)}
        assert stages <= {"losses", None}, path
        text = path.read_text(encoding="utf-8")
        assert "open(" not in text, path
        assert "print(" not in text, path


def test_no_module_is_a_drawer_for_everything() -> None:
    names = {path.stem for path in HOME.rglob("*.py")}
    assert names.isdisjoint({"utils", "util", "helpers", "common", "misc", "tools"})
