"""Values of checks for tools that follow them over time: OpenMetrics text, a flat metrics.json."""

from __future__ import annotations

import math
from collections.abc import Iterator

from losscli.checking.report import CheckReport, Finding
from losscli.plain import differences
from losscli.render.json import dump
from losscli.render.visible import visible


def as_openmetrics(report: CheckReport) -> str:
    """A gauge for each loss, labelled with its check; GitLab's metrics report reads it."""
    families: dict[str, list[str]] = {}
    for check, finding, params in _values(report):
        labels = {"check": check, **({"params": params} if params else {})}
        if finding.slice is not None:
            labels["slice"] = finding.slice
        shown = ",".join(f'{name}="{_label(text)}"' for name, text in labels.items())
        family = f"losscli_{finding.loss}"
        families.setdefault(family, []).append(f"{family}{{{shown}}} {_number(finding.value)}")
    lines = []
    for family, samples in families.items():
        lines += [f"# TYPE {family} gauge", *samples]
    return "\n".join([*lines, "# EOF"]) + "\n"


def as_metrics(report: CheckReport) -> str:
    """Each value by its loss; by check and loss where there are several checks."""
    named = len(report.checks) > 1
    values = {}
    for check, finding, params in _values(report):
        name = f"{finding.loss}:{params}" if params else finding.loss
        if finding.slice is not None:
            name = f"{name}/{finding.slice}"
        value = finding.value
        known = value is not None and math.isfinite(value)
        values[f"{check}/{name}" if named else name] = value if known else None
    return dump(values, indent=2) + "\n"


def _values(report: CheckReport) -> Iterator[tuple[str, Finding, str]]:
    """Each loss of each check once, with the parameters that set it apart from others."""
    for check in report.checks:
        once = {(item.signature, item.slice): item for item in check.findings}
        findings = list(once.values())
        for finding, differing in zip(findings, differences(findings), strict=True):
            yield check.name, finding, ",".join(differing)


def _label(text: str) -> str:
    # Control characters are written out first, with backslashes that then stand for themselves.
    lines = (visible(line).replace("\\", "\\\\").replace('"', '\\"') for line in text.split("\n"))
    return "\\n".join(lines)


def _number(value: float | None) -> str:
    if value is None or math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(float(value))
