"""The GitHub Action: its steps are run here against a stand-in of GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.action.github import BOT, ROOT, GitHub, Job, github
from tests.cli.program import SAMPLES

A = (SAMPLES / "model_a.csv").read_bytes()
MODEL = {"pred": "sample_data/model_b.csv", "label": "sample_data/labels.csv", "loss": "bce"}
BASELINE = "Fetch the predictions of the main branch"
COMMENT = "Comment on the pull request"
KEEP = "Keep the predictions of the main branch"
MARK = "<!-- losscli: losscli -->"


@pytest.fixture
def forge() -> Iterator[GitHub]:
    with github() as state:
        yield state


def test_a_push_to_the_main_branch_keeps_its_predictions(tmp_path: Path, forge: GitHub) -> None:
    ran = Job(tmp_path, forge, "push").run(**MODEL, rules="--max bce=0.3")
    assert (ran.code, ran.outputs["verdict"]) == (0, "green")
    assert KEEP in ran.steps
    assert {BASELINE, COMMENT}.isdisjoint(ran.steps)
    assert "no predictions of the main branch" in ran.summary
    assert forge.asked == []


def test_green_with_one_comment_that_is_kept_up_to_date(tmp_path: Path, forge: GitHub) -> None:
    forge.keep(1, {"model_b.csv": A})
    forge.comments = [{"id": i, "user": {"type": "User"}, "body": MARK} for i in range(100)]
    forge.comments.append({"id": 100, "user": BOT, "body": f"{MARK}\n\nold"})
    ran = Job(tmp_path, forge).run(**MODEL, rules="--max bce=0.3")
    assert (ran.code, ran.outputs["verdict"]) == (0, "green"), ran.log
    assert forge.asked[-1] == "PATCH issues/comments/100"
    assert {comment["body"] for comment in forge.comments[:100]} == {MARK}
    body = forge.comments[100]["body"]
    assert body.startswith(f"{MARK}\n\n### losscli: ✓")
    assert "| binary cross entropy | 0.108 | 0.1164 | +0.00833 |" in body
    assert "not proven" in body
    assert "| <code>case-0135</code> |" in body
    assert "012345678" in body
    assert body in ran.summary
    assert forge.tokens_at_the_storage == [None]
    assert KEEP not in ran.steps


# In processes of their own, as on a runner.
def test_red(tmp_path: Path, forge: GitHub) -> None:
    forge.keep(1, {"model_b.csv": A})
    ran = Job(tmp_path, forge, real=True).run(**MODEL, rules="--max bce=0.11")
    assert (ran.code, ran.outputs["verdict"]) == (1, "red")
    assert "::error title=losscli check check" in ran.log
    assert forge.asked[-1] == "POST issues/7/comments"
    assert "### losscli: ✗" in forge.comments[0]["body"]


def test_undecided(tmp_path: Path, forge: GitHub) -> None:
    forge.keep(1, {"model_b.csv": A})
    job = Job(tmp_path, forge)
    ran = job.run(**MODEL, against_main="--not-worse-by 1%", comment="false")
    assert (ran.code, ran.outputs["verdict"]) == (1, "undecided")
    assert "not enough rows" in ran.summary
    assert COMMENT not in ran.steps


def test_a_broken_bound_is_red_whatever_is_undecided(tmp_path: Path, forge: GitHub) -> None:
    given = {"rules": "--max bce=0.11", "against_main": "--not-worse-by 1%", "comment": "false"}
    job = Job(tmp_path, forge)
    ran = job.run(**MODEL, **given, baseline_pred="sample_data/model_a.csv")
    assert (ran.code, ran.outputs["verdict"]) == (1, "red")
    assert "not enough rows" in ran.summary


def test_undecided_may_pass(tmp_path: Path, forge: GitHub) -> None:
    given = {"baseline_pred": "sample_data/model_a.csv", "undecided": "pass"}
    ran = Job(tmp_path, forge).run(**MODEL, **given, against_main="--not-worse-by 1%")
    assert ran.code == 0, ran.log
    assert BASELINE not in ran.steps


def test_a_fork_may_not_comment_and_is_no_baseline(tmp_path: Path, forge: GitHub) -> None:
    forge.keep(1, {"model_b.csv": A}, expired=True)
    forge.keep(2, {"model_b.csv": A}, repository="fork/models")
    forge.read_only = True
    ran = Job(tmp_path, forge).run(**MODEL, rules="--max bce=0.3")
    assert ran.code == 0, ran.log
    assert "::notice title=losscli::main has kept no predictions yet" in ran.log
    assert "::notice title=losscli::No comment" in ran.log
    assert forge.comments == []


def test_bad_data_end_the_step_with_its_error(tmp_path: Path, forge: GitHub) -> None:
    ran = Job(tmp_path, forge).run(pred="gone.csv", rules="--max bce=0.3")
    assert (ran.code, ran.outputs["verdict"]) == (3, "red")
    assert "gone.csv: there is no such file" in ran.log


def test_words_out_of_files_are_no_markup(tmp_path: Path, forge: GitHub) -> None:
    (tmp_path / "y.csv").write_text("id,label\n</code>|@all,1\nb,0\nc,1\n")
    (tmp_path / "p.csv").write_text("id,prob\n</code>|@all,0.2\nb,0.1\nc,0.9\n")
    forge.keep(1, {"p.csv": b"id,prob\n</code>|@all,0.8\nb,0.1\nc,0.8\n"})
    ran = Job(tmp_path, forge).run(pred="p.csv", label="y.csv", loss="bce")
    assert ran.code == 0, ran.log
    [line] = [line for line in ran.summary.splitlines() if "@all" in line]
    assert line.startswith("| <code>&lt;/code&gt;&#124;@all</code> |")


def test_no_input_is_written_into_a_script() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    scripts = [step["run"] for step in action["runs"]["steps"] if "run" in step]
    assert scripts
    assert not any("${{" in script for script in scripts)
