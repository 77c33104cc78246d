"""What checks found, in words that every format shares."""

from __future__ import annotations

from losscli.checking.report import CheckReport, Finding


def rule_title(finding: Finding) -> str:
    """What a rule speaks of: its loss, and the group of rows where it is one."""
    return finding.title if finding.slice is None else f"{finding.title}, {finding.slice}"


def tally(report: CheckReport) -> str:
    """How many rules are kept, and how many checks had bad data."""
    findings = [finding for check in report.checks for finding in check.findings]
    kept = sum(finding.passed for finding in findings)
    words = f"{kept:,} of {len(findings):,} {'rule' if len(findings) == 1 else 'rules'} kept"
    bad = sum(check.error is not None for check in report.checks)
    if bad:
        words += f"; {bad:,} {'check' if bad == 1 else 'checks'} without losses"
    return words
