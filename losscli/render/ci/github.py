"""What checks found, as GitHub's workflow commands: annotations of a run."""

from __future__ import annotations

from collections.abc import Iterator

from losscli.checking.report import CheckReport
from losscli.render.findings import rule_title
from losscli.render.visible import visible

# A command ends with its line; what would end it sooner is written as a percent code.
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def workflow_commands(report: CheckReport) -> Iterator[str]:
    """An error for each rule that is broken and each check with bad data."""
    for check in report.checks:
        for finding in check.findings:
            if not finding.passed:
                text = f"{rule_title(finding)} is {finding.value!r}: {finding.words}"
                yield _error(check.name, text)
        if check.error is not None:
            yield _error(check.name, check.error)


def _error(name: str, text: str) -> str:
    where = visible(f"losscli check {name}").translate(_PROPERTY)
    return f"::error title={where}::{visible(text).translate(_DATA)}"
