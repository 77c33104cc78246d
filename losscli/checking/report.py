"""What checks found, as plain data: what every renderer reads and none changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from losscli.errors import DataError
from losscli.plain import plain

SCHEMA = "losscli/check/1"

FAILED = 1


class Finding(Struct, frozen=True):
    """One rule and whether it is kept.

    `rule` is `max`, `min`, `baseline`, `significant` or `not_worse_by`, `bound` the number that
    `value` has to keep to (None for `significant`), `excess` how far it is on the wrong side
    (negative: kept by so much). `slice` names the group of rows it speaks of; None for all rows.
    `words` say it in a sentence. `undecided` says that rows prove neither that `not_worse_by` is
    kept nor that it is broken, `rows_needed` how many would prove it of two equal models with 80 %
    power. `p` is the p-value of a test, `p_holm` the same adjusted for all tests of the check by
    Holm; None without a test. A margin is tested one-sided and not adjusted, since all of them
    have to be kept.
    """

    loss: str
    title: str
    params: Mapping[str, Any]
    rule: str
    value: float | None
    bound: float | None
    excess: float | None
    passed: bool
    words: str
    unit: str
    signature: str
    slice: str | None = None
    undecided: bool = False
    rows_needed: int | None = None
    p: float | None = None
    p_holm: float | None = None


class Checked(Struct, frozen=True):
    """One check: its findings, or the error that it has instead."""

    name: str
    findings: tuple[Finding, ...]
    error: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether its data are good and all its rules are kept."""
        return self.error is None and all(finding.passed for finding in self.findings)


class CheckReport(Struct, frozen=True):
    """Everything that the checks of one run found; `baselines` are the files that were written."""

    version: str
    checks: tuple[Checked, ...]
    baselines: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """A line for each rule, as a notebook shows it: the rest is in `to_dict()`."""
        lines = [f"<CheckReport: {'passed' if self.passed else 'failed'}"]
        for check in self.checks:
            lines += [f"{check.name}: {check.error}"] if check.error is not None else []
            lines += [f"{check.name}: {item.loss} {item.words}" for item in check.findings]
        return "\n  ".join(lines) + ">"

    @property
    def passed(self) -> bool:
        """Whether every check is."""
        return all(check.passed for check in self.checks)

    @property
    def exit_code(self) -> int:
        """0 where all is well, 1 where a rule is broken, 3 where data are bad."""
        if any(check.error is not None for check in self.checks):
            return DataError.exit_code
        return 0 if self.passed else FAILED

    def to_dict(self) -> dict[str, Any]:
        """The JSON document of schema `losscli/check/1`: strict, full precision."""
        return {"schema": SCHEMA, "passed": self.passed, **plain(self)}
