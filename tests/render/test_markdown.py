"""Markdown, for a pull request or a report."""

from __future__ import annotations

import re

import pytest

from losscli.cli.formats import render
from losscli.evaluating.report import Report
from losscli.render.markdown import code, escape
from losscli.render.screen import Screen
from tests.render.conftest import Snapshot
from tests.render.reports import binary, divergence, hostile, report, result


def written(report: Report) -> str:
    return render(report, "markdown", Screen(None, False))


@pytest.mark.parametrize("name", ["binary", "divergence"])
def test_snapshot(snapshot: Snapshot, name: str) -> None:
    snapshot(f"{name}.md.txt", written({"binary": binary, "divergence": divergence}[name]()))


def test_every_row_has_every_cell() -> None:
    lines = written(hostile()).splitlines()[:3]
    assert [len(re.findall(r"(?<!\\)\|", line)) for line in lines] == [8, 8, 8]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a|b", "a\\|b"),
        ("`x`", "\\`x\\`"),
        ("<script>", "\\<script\\>"),
        ("[red](x)", "\\[red\\](x)"),
        ("- item", "\\- item"),
        ("# head", "\\# head"),
        ("1. item", "1\\. item"),
        ("zero-one loss, from 0.5", "zero-one loss, from 0.5"),
        ("0.5 of it", "0.5 of it"),
        ("a\nb", "a\\\\nb"),
    ],
)
def test_texts_have_no_meaning_in_markdown(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@pytest.mark.parametrize(
    ("text", "span"), [("a", "`a`"), ("a`b", "``a`b``"), ("``", "``` `` ```"), ("\x1b", "`\\x1b`")]
)
def test_a_code_span_holds_any_backticks(text: str, span: str) -> None:
    assert code(text) == span


def test_a_signature_cannot_end_its_block() -> None:
    lines = written(report([result(signature="a```b")])).splitlines()
    assert lines[-3:] == ["````text", "a```b", "````"]


def test_hostile_texts_drive_nothing() -> None:
    text = written(hostile())
    assert text.replace("\n", "").isprintable()
    outside, *_ = text.partition("````")
    prose = re.sub(r"(`+).*?(?<!`)\1(?!`)", "", outside.replace("\\`", ""))
    assert "<script>" not in prose
    assert "[red]" not in prose
