"""Checks the predictions, compares them with those of the main branch, and writes the comment."""

from __future__ import annotations

import csv
import html
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from api import set_output

# A comment may hold 65,536 characters.
_LONGEST = 60_000
_WORST = 5
_HEADS = {
    "green": "✓ good enough",
    "red": "✗ not good enough",
    "undecided": "? too few rows to say",
}


def main() -> None:
    """Check, compare, write the comment and the summary, and hand on the verdict."""
    baseline = os.environ["BASELINE_PRED"]
    rules = words("RULES")
    if baseline:
        rules += [*words("AGAINST_MAIN"), "--baseline-pred", baseline]
    code, table = checked(rules) if rules else (0, "")
    verdict = "red" if code else "green"
    if code == 1 and undecided(rules):
        verdict = "undecided"
    parts = [f"<!-- losscli: {os.environ['NAME'].replace('--', '')} -->"]
    parts.append(f"### {os.environ['NAME']}: {_HEADS[verdict]}")
    if baseline:
        parts += against(baseline)
    else:
        parts.append("There are no predictions of the main branch to compare with yet.")
    parts += [part for part in (table, f"<sub>{os.environ['GITHUB_SHA'][:9]}</sub>") if part]
    comment = Path(os.environ["RUNNER_TEMP"], f"losscli-{os.environ['GITHUB_ACTION']}.md")
    text = "\n\n".join(parts)[:_LONGEST]
    comment.write_text(text, encoding="utf-8")
    with Path(os.environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as summary:
        summary.write(f"{text}\n\n")
    set_output("comment", comment)
    set_output("verdict", verdict)
    set_output("exit-code", str(code))


def words(name: str) -> list[str]:
    """The words of an input, split as a shell splits them, and nothing expanded."""
    return shlex.split(os.environ[name])


def losscli(*given: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run losscli on the predictions; its answer."""
    return subprocess.run(
        [sys.executable, "-m", "losscli", *given],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=False,
    )


def files(pred: str) -> list[str]:
    """The predictions, their labels, and the words that say how to read them."""
    label = os.environ["LABEL"]
    return [pred, *([label] if label else []), *words("OPTIONS")]


def losses() -> list[str]:
    """The words that name the losses."""
    return ["-l", os.environ["LOSS"]] if os.environ["LOSS"] else []


def checked(rules: list[str]) -> tuple[int, str]:
    """The exit code of the check, and its rules as a table.

    losscli itself annotates the run; the summary is the comment's.
    """
    asked = ["check", *files(os.environ["PRED"]), *losses(), *rules]
    done = losscli(
        *asked,
        "--undecided",
        os.environ["UNDECIDED"],
        "--format",
        "markdown",
        GITHUB_STEP_SUMMARY="",
    )
    return done.returncode, done.stdout.strip()


def undecided(rules: list[str]) -> bool:
    """Whether a check that fails does so for want of rows alone."""
    asked = ["check", *files(os.environ["PRED"]), *losses(), *rules, "--format", "json"]
    done = losscli(*asked, GITHUB_ACTIONS="", GITHUB_STEP_SUMMARY="")
    checks = json.loads(done.stdout)["checks"]
    failed = [each for check in checks for each in check["findings"] if not each["passed"]]
    return bool(failed) and all(each["undecided"] for each in failed)


def against(baseline: str) -> Iterator[str]:
    """What changed since the main branch: the losses, and the rows that got worst."""
    label = os.environ["LABEL"]
    labels = ["--label", label] if label else []
    pair = [baseline, os.environ["PRED"], *labels, *words("OPTIONS"), *losses()]
    done = losscli("compare", *pair, "--format", "json")
    if done.returncode:
        yield "These predictions and those of the main branch cannot be compared: see the log."
        return
    comparisons = json.loads(done.stdout)["comparisons"]
    lines = ["| loss | main | here | difference | 95 % interval | |", "|:--|--:|--:|--:|--:|:--|"]
    for each in comparisons:
        cells = [
            each["title"],
            number(each["reference_value"]),
            number(each["value"]),
            number(each["difference"], "+.3g"),
            "—" if each["interval"] is None else ", ".join(map(number, each["interval"])),
            each["words"],
        ]
        lines.append(f"| {' | '.join(cells)} |")
    yield "\n".join(lines)
    yield from worst(baseline, comparisons[0])


def number(value: float | None, form: str = ".4g") -> str:
    """A number as people read it; what is none has a sign of its own."""
    return "—" if value is None else format(value, form)


def worst(baseline: str, comparison: Mapping[str, Any]) -> Iterator[str]:
    """The rows whose loss has grown most, where rows have losses of their own."""
    here, there = costs(os.environ["PRED"], comparison), costs(baseline, comparison)
    sign = 1 if comparison["lower_is_better"] else -1
    grown = {key: sign * (here[key] - there[key]) for key in here.keys() & there.keys()}
    rows = sorted((key for key in grown if grown[key] > 0), key=lambda key: (-grown[key], key))
    if not rows:
        return
    head = f"Rows whose {comparison['title']} got worst:"
    lines = ["| row | main | here |", "|:--|--:|--:|"]
    lines += [f"| {code(key)} | {number(there[key])} | {number(here[key])} |" for key in rows]
    yield "\n".join([head, "", *lines[: _WORST + 2]])


def costs(pred: str, comparison: Mapping[str, Any]) -> dict[str, float]:
    """What each row costs, by its key, or by its number where rows have none."""
    loss = str(comparison["loss"])
    asked = losses() or ["-l", loss]
    file = Path(os.environ["RUNNER_TEMP"], "losscli-rows.csv")
    file.unlink(missing_ok=True)
    if losscli("rows", *files(pred), *asked, "-o", str(file)).returncode:
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines)
        columns = list(table.fieldnames or ())
        cost = next((name for name in columns if name.partition(":")[0] == loss), None)
        if cost is None or "label" not in columns:
            return {}
        keys = columns[1 : columns.index("label")] or columns[:1]
        return {" · ".join(row[name] for name in keys): float(row[cost]) for row in table}


def code(text: str) -> str:
    """A text out of a file as code: no markup, no link, no mention."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)[:80]
    return f"<code>{html.escape(plain).replace('|', '&#124;')}</code>"


if __name__ == "__main__":
    main()
