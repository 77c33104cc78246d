"""Which format a name or an ending stands for, and what each of them imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from losscli.cli.formats import format_of, render
from losscli.errors import UsageError
from losscli.evaluating.report import Report
from losscli.render.screen import Screen
from tests.render.reports import binary, hostile

FORMATS = ("table", "json", "jsonl", "csv", "markdown", "bare")
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("path", "format"),
    [
        ("r.json", "json"),
        ("r.jsonl", "jsonl"),
        ("r.ndjson", "jsonl"),
        ("r.csv", "csv"),
        ("r.md", "markdown"),
        ("folder.json/r.markdown", "markdown"),
        ("R.TXT", "table"),
    ],
)
def test_an_ending_stands_for_a_format(path: str, format: str) -> None:
    assert format_of(path) == format


@pytest.mark.parametrize("path", ["r.xlsx", "r", "", ".json", "r.csv.gz"])
def test_an_unknown_ending_is_answered_by_the_known(path: str) -> None:
    with pytest.raises(UsageError) as caught:
        format_of(path)
    for ending in (".json", ".jsonl", ".ndjson", ".csv", ".md", ".markdown", ".txt"):
        assert ending in caught.value.hint


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("report", [binary(), hostile()], ids=["binary", "hostile"])
def test_every_text_ends_in_one_newline(report: Report, format: str) -> None:
    text = render(report, format, Screen(80, False))
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_nothing_heavy_is_imported() -> None:
    program = (
        "import sys\n"
        "from tests.render.reports import binary\n"
        "from losscli.cli.formats import render\n"
        "from losscli.render.screen import Screen\n"
        f"for format in {[name for name in FORMATS if name != 'table']}:\n"
        "    render(binary(), format, Screen(80, False))\n"
        "assert 'rich' not in sys.modules\n"
        "render(binary(), 'table', Screen(80, False))\n"
        "assert 'rich' in sys.modules\n"
        "print(*sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()).isdisjoint({"pandas", "pyarrow", "scipy", "typer"})
