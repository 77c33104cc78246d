"""What checks found, as a JUnit report: a test suite for each check, a test case for each rule.

Control characters, which no XML may hold, are written out as escapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from losscli.checking.report import Checked, CheckReport, Finding
from losscli.render.findings import rule_title
from losscli.render.visible import visible


def as_junit(report: CheckReport) -> str:
    """The XML that Jenkins, GitLab and others read."""
    root = Xml.Element("testsuites", {"name": "losscli", **_counts(report.checks)})
    for check in report.checks:
        suite = Xml.SubElement(root, "testsuite", {"name": visible(check.name), **_counts([check])})
        for finding in check.findings:
            _case(suite, check, finding)
        if check.error is not None:
            case = Xml.SubElement(suite, "testcase", classname=visible(check.name), name="data")
            Xml.SubElement(case, "error", message=visible(check.error), type="DataError")
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _counts(checks: Sequence[Checked]) -> dict[str, str]:
    findings = [finding for check in checks for finding in check.findings]
    errors = sum(check.error is not None for check in checks)
    return {
        "tests": str(len(findings) + errors),
        "failures": str(sum(not finding.passed for finding in findings)),
        "errors": str(errors),
    }


def _case(suite: Xml.Element, check: Checked, finding: Finding) -> None:
    name = f"{rule_title(finding)}: {finding.rule}"
    case = Xml.SubElement(suite, "testcase", classname=visible(check.name), name=visible(name))
    if not finding.passed:
        message = f"{rule_title(finding)} is {finding.value!r}: {finding.words}"
        failure = Xml.SubElement(case, "failure", message=visible(message), type=finding.rule)
        failure.text = visible(finding.signature)
