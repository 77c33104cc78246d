"""`losscli check`: does the model keep to its bounds, and to the baseline?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from losscli.cli.evaluation import ScoringOptions
from losscli.cli.inputs import InputOptions
from losscli.cli.options import command_options, option, switch
from losscli.cli.resampling import DependenceOptions
from losscli.cli.slicing import SlicingOptions
from losscli.errors import UsageError

if TYPE_CHECKING:
    from losscli.checking.report import CheckReport
    from losscli.checking.request import Check

FORMATS = ("table", "json", "markdown")

RULES = "Rules"
FILES = "Reports for CI"


@command_options
class CheckOptions(DependenceOptions, SlicingOptions, ScoringOptions, InputOptions):
    """Check losses against bounds and a baseline; exit code 1 where one is not kept.

    Without files, the checks of losscli.toml or pyproject.toml are run: all, or those named by
    --name.

    Examples:

      losscli check preds.npy labels.npy --max bce=0.3 --min r2=0.8

      losscli check preds.csv -y label --baseline main.json --tolerance 2%

      losscli check preds.csv -y label --baseline main.json -l bce,brier --update-baseline

      losscli check b.csv labels.csv --significant --baseline-pred a.csv -l bce

      losscli check b.csv labels.csv --not-worse-by 1% --baseline-pred a.csv -l bce

      losscli check preds.csv -y label --max bce=0.3 --by-col site

      losscli check --junit checks.xml
    """

    max: tuple[str, ...] = option(
        "--max", metavar="LOSS=X", many=True, panel=RULES, help="The loss is at most X; repeatable."
    )
    min: tuple[str, ...] = option(
        "--min", metavar="LOSS=X", many=True, panel=RULES, help="It is at least X; repeatable."
    )
    baseline: str | None = option(
        "--baseline",
        metavar="FILE",
        panel=RULES,
        help="A JSON report whose losses (or those of --loss) must not get worse.",
    )
    tolerance: tuple[str, ...] = option(
        "--tolerance",
        metavar="[LOSS=]X[%]",
        many=True,
        panel=RULES,
        help="How much worse than the baseline they may be: 0.01, 2%, or bce=2%; repeatable.",
    )
    update_baseline: bool = switch(
        "--update-baseline", panel=RULES, help="Write the baseline anew, if all bounds are kept."
    )
    significant: bool = switch(
        "--significant",
        panel=RULES,
        help="Fail only where a loss is worse than --baseline-pred by more than chance.",
    )
    baseline_pred: str | None = option(
        "--baseline-pred",
        metavar="FILE",
        panel=RULES,
        help="The predictions of the baseline, on the same rows.",
    )
    not_worse_by: tuple[str, ...] = option(
        "--not-worse-by",
        metavar="[LOSS=]X[%]",
        many=True,
        panel=RULES,
        help="Pass only where a loss is proven not to be worse than that of --baseline-pred by "
        "this or more: 1%, 0.01 or bce=1%; repeatable.",
    )
    undecided: str = option(
        "--undecided",
        choices=("pass", "fail"),
        default="fail",
        panel=RULES,
        help="What becomes of --not-worse-by where there are too few rows to prove anything.",
    )
    config: str | None = option(
        "--config", metavar="FILE", panel=RULES, help="A file of named checks."
    )
    name: tuple[str, ...] = option(
        "--name", metavar="CHECK", many=True, panel=RULES, help="Run this check; repeatable."
    )
    junit: str | None = option(
        "--junit", metavar="FILE", panel=FILES, help="Write a JUnit report (XML)."
    )
    openmetrics: str | None = option(
        "--openmetrics",
        metavar="FILE",
        panel=FILES,
        help="Write OpenMetrics, as GitLab reads it.",
    )
    metrics: str | None = option(
        "--metrics", metavar="FILE", panel=FILES, help="Write a flat metrics.json, as DVC reads it."
    )
    format: str | None = option("--format", choices=FORMATS, help="How to print the result.")
    output: str | None = option(
        "-o", "--output", metavar="FILE", help="Write to a file; its ending chooses the format."
    )


def run(options: CheckOptions) -> None:
    """Check, print, and write what CI asks for."""
    from losscli.checking.run import run_checks
    from losscli.cli.formats import render_check
    from losscli.cli.output import emit, note, on_terminal, screen
    from losscli.cli.progress import progress_bar
    from losscli.machine.whole_files import refuse_inputs, write_whole

    format = _format(options)
    checks = _from_config(options) if options.pred is None else [_asked(options)]
    outputs = [options.output, options.junit, options.openmetrics, options.metrics]
    outputs += [check.baseline for check in checks if options.update_baseline]
    read = [file for check in checks for file in check.files()]
    refuse_inputs([file for file in outputs if file is not None], read)

    def update(file: str, report: Any) -> None:
        from losscli.render.json import render as document

        write_whole(file, document(report, screen(file)))

    with progress_bar() as progress:
        report = run_checks(
            checks, update=update if options.update_baseline else None, progress=progress
        )
    shown = any(check.findings for check in report.checks)
    beneath = shown and format == "table" and on_terminal(options.output)
    if not beneath:
        note(dict.fromkeys(text for check in report.checks for text in check.notes))
    _write(options, report)
    _tell_github(report)
    errors = [check for check in report.checks if check.error is not None]
    note(
        check.error if len(report.checks) == 1 else f"check {check.name}: {check.error}"
        for check in errors
        if check.error is not None
    )
    if shown:
        text = render_check(report, format, screen(options.output, notes=beneath))
        emit(text, options.output)
    note(f"baseline written to {file}" for file in report.baselines)
    if report.exit_code:
        raise SystemExit(report.exit_code)


def _asked(options: CheckOptions) -> Check:
    from losscli.checking.request import Check, losses_of
    from losscli.checking.rules import MAX, MIN, parse_bounds
    from losscli.comparing.tolerances import parse_tolerances
    from losscli.evaluating.options import Options

    if options.config is not None or options.name:
        raise UsageError("named checks have files of their own", hint="Leave out PRED and LABEL.")
    return Check(
        "check",
        options.pred,
        options.label,
        losses_of(options.loss),
        (*parse_bounds(options.max, MAX), *parse_bounds(options.min, MIN)),
        options.baseline,
        parse_tolerances(options.tolerance),
        options.significant,
        options.baseline_pred,
        parse_tolerances(options.not_worse_by, "--not-worse-by") if options.not_worse_by else None,
        options.undecided == "pass",
        Options.of("check", options.clustered(options.sliced(options.keywords()))),
    )


def _from_config(options: CheckOptions) -> Sequence[Check]:
    from losscli.checking.config import OWN, SHARED, find_config, read_config

    paired = options.significant or options.not_worse_by
    if options.max or options.min or options.baseline or paired:
        raise UsageError("which predictions?", hint="Usage: losscli check PRED [LABEL] RULES.")
    file = options.config or find_config(Path())
    if file is None:
        raise UsageError(
            "nothing to check",
            hint=f"Give PRED [LABEL] and rules, or write checks in {OWN} or {SHARED}.",
        )
    return read_config(file, options.name)


def _format(options: CheckOptions) -> str:
    from losscli.cli.formats import format_of

    format = options.format
    if format is None:
        format = "table" if options.output is None else format_of(options.output)
    if format not in FORMATS:
        raise UsageError(f"{options.output}: checks are written as {', '.join(FORMATS)}")
    return format


def _write(options: CheckOptions, report: CheckReport) -> None:
    from losscli.cli.output import emit

    if options.junit is not None:
        from losscli.render.ci.junit import as_junit

        emit(as_junit(report), options.junit)
    if options.openmetrics is not None:
        from losscli.render.ci.metrics import as_openmetrics

        emit(as_openmetrics(report), options.openmetrics)
    if options.metrics is not None:
        from losscli.render.ci.metrics import as_metrics

        emit(as_metrics(report), options.metrics)


def _tell_github(report: CheckReport) -> None:
    import os
    import sys

    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    from losscli.render.ci.github import workflow_commands
    from losscli.render.markdown import render_check

    for line in workflow_commands(report):
        print(line, file=sys.stderr)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(render_check(report))
