"""A batch: a row for each pair, whatever is wrong with some."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

import losscli
from losscli.batching import work
from losscli.batching.report import BatchReport, BatchRow
from losscli.losses.definition.loss import Loss
from losscli.losses.registry import REGISTRY
from losscli.vocabulary import Task
from tests.batching.conftest import BREAKS, Pairs

LABEL = "{dir}/labels.npy"


def by_name(report: BatchReport) -> dict[str, BatchRow]:
    return {row.name: row for row in report.rows}


class TestValues:
    @pytest.mark.parametrize("jobs", [1, 2])
    def test_are_those_of_an_evaluation_to_the_last_bit(self, pairs: Pairs, jobs: int) -> None:
        names = pairs(12)
        fitting = [loss.id for loss in REGISTRY if _fits_probabilities(loss)]
        assert len(fitting) > 15
        report = losscli.batch(names, LABEL, fitting, jobs=jobs)
        assert report.failed == 0
        for row in report.rows:
            alone = losscli.evaluate(row.pred, row.label, fitting, ci="normal")
            for score, result in zip(row.scores, alone.results, strict=True):
                assert (score.loss, score.signature) == (result.loss, result.signature)
                assert repr(score.value) == repr(result.value)
                assert repr(score.standard_error) == repr(result.standard_error)
                assert score.clipped == result.clipped

    @pytest.mark.parametrize("jobs", [1, 2])
    def test_errors_are_taken_between_clusters_as_an_evaluation_does(
        self, tmp_path: Path, jobs: int
    ) -> None:
        random = np.random.default_rng(2)
        files = []
        for name in "ab":
            shared = np.repeat(random.normal(size=30), 4)
            rows = zip(np.repeat(np.arange(30), 4), shared + random.normal(size=120), strict=True)
            lines = [f"{patient},{pred:.3f},0" for patient, pred in rows]
            (tmp_path / f"{name}.csv").write_text("\n".join(["patient,pred,label", *lines, ""]))
            files.append(str(tmp_path / f"{name}.csv"))
        columns = losscli.Columns(cluster="patient")
        report = losscli.batch(files, None, "mse", columns=columns, jobs=jobs)
        for row in report.rows:
            alone = losscli.evaluate(row.pred, None, "mse", columns=columns)["mse"]
            assert alone.interval_method is not None
            assert alone.interval_method.units == "30 clusters (patient)"
            assert row.scores[0].standard_error == alone.standard_error
            assert any("30 clusters (patient)" in note for note in row.notes)
        manifest = [{"pred": files[0], "loss": "mse", "cluster_col": "patient"}]
        assert losscli.batch(manifest=manifest).rows[0].scores == report.rows[0].scores
        blocks = [{"pred": files[0], "loss": "mse", "block_length": 4}]
        [score] = losscli.batch(manifest=blocks).rows[0].scores
        assert score.standard_error == pytest.approx(report.rows[0].scores[0].standard_error)

    def test_without_losses_are_those_that_fit(self, pairs: Pairs) -> None:
        report = losscli.batch(pairs(2), LABEL)
        alone = losscli.evaluate("run0/preds.npy", "run0/labels.npy")
        assert [s.value for s in report.rows[0].scores] == [r.value for r in alone.results]
        assert report.rows[0].task == "binary"

    def test_parameters_of_losses_are_keyword_arguments(self, pairs: Pairs) -> None:
        [row] = losscli.batch(pairs(1), LABEL, "focal", gamma=3.0, like="torch").rows
        alone = losscli.evaluate(row.pred, row.label, "focal", gamma=3.0, like="torch")
        assert row.scores[0].signature == alone.results[0].signature

    def test_infinite_values_survive_the_file(self, tmp_path: Path) -> None:
        np.save(tmp_path / "p.npy", [0.0, 1.0])
        np.save(tmp_path / "y.npy", [1, 0])
        report = losscli.batch(tmp_path / "p.npy", str(tmp_path / "y.npy"), "bce", like="exact")
        assert report.rows[0].scores[0].value == float("inf")


class TestBrokenPairs:
    @pytest.mark.parametrize("jobs", [1, 2])
    def test_never_stop_the_others(self, pairs: Pairs, jobs: int) -> None:
        names = pairs(30)
        broken = dict(zip(names[3::2], BREAKS, strict=False))
        for name, how in broken.items():
            BREAKS[how](Path(name))
        report = losscli.batch(names, LABEL, "bce", jobs=jobs)
        assert [row.name for row in report.rows] == names
        failed = {row.name: row.failure for row in report.rows if row.failure is not None}
        assert list(failed) == list(broken)
        assert report.failed == len(BREAKS) == 10
        for name, failure in failed.items():
            assert (failure.exit_code, failure.file) == (3, name)
            with pytest.raises(losscli.DataError) as alone:
                losscli.evaluate(name, str(Path(name).parent / "labels.npy"), "bce")
            assert failure.message == str(alone.value)

    def test_a_bug_is_an_error_of_its_row(
        self, pairs: Pairs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        evaluated = work.evaluated

        def fragile(pred: str, *rest: object, **options: object) -> object:
            if pred.startswith("run1"):
                raise ZeroDivisionError("oh")
            return evaluated(pred, *rest, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(work, "evaluated", fragile)
        report = losscli.batch(pairs(3), LABEL, "bce", jobs=1)
        assert [row.failure is None for row in report.rows] == [True, False, True]
        failure = report.rows[1].failure
        assert failure is not None
        assert failure.exit_code == 70
        assert "ZeroDivisionError: oh" in failure.message

    def test_a_process_that_dies_takes_one_pair_with_it(
        self, pairs: Pairs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        evaluated = work.evaluated

        def deadly(pred: str, *rest: object, **options: object) -> object:
            if pred in ("run7/preds.npy", "run29/preds.npy"):
                os.kill(os.getpid(), 9)
            return evaluated(pred, *rest, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(work, "evaluated", deadly)
        monkeypatch.setattr("losscli.batching.workers.can_fork", lambda: True)
        names = pairs(40)
        report = losscli.batch(names, LABEL, "bce", jobs=2)
        assert [row.name for row in report.rows] == names
        dead = {row.name: row.failure for row in report.rows if row.failure is not None}
        assert list(dead) == ["run7/preds.npy", "run29/preds.npy"]
        assert all("SIGKILL" in failure.message for failure in dead.values())

    def test_stop_at_the_first_if_told_so(self, pairs: Pairs) -> None:
        names = pairs(4)
        Path(names[1]).unlink()
        with pytest.raises(losscli.DataError, match=r"run1/preds\.npy: there is no such file"):
            losscli.batch(names, LABEL, "bce", jobs=1, fail_fast=True, output="r.jsonl")
        assert len(Path("r.jsonl").read_bytes().splitlines()) == 2


class TestRequests:
    @pytest.mark.parametrize(
        ("options", "problem"),
        [
            ({"losses": "nosuch"}, "no loss is called 'nosuch'"),
            ({"kind": "odd"}, "no kind 'odd'"),
            ({"like": "odd"}, "odd"),
            ({"reduction": "none"}, "one number per loss"),
            ({"nan": "odd"}, "say 'error' or 'drop'"),
            ({"cast": "int8"}, "float16"),
            ({"label": "{odd}"}, "there is no {odd}"),
            ({"weight": "{odd}"}, "there is no {odd}"),
            ({"threads": 3}, "threads"),
            ({"jobs": 0}, "at least one process"),
            ({"resume": True}, "what is to be resumed"),
            ({"manifest": "m.csv"}, "which pairs"),
            ({"preds": []}, "which pairs"),
            ({"preds": "-"}, "standard input"),
            ({"preds": "x*.npy"}, "there are no predictions"),
        ],
    )
    def test_that_fit_no_pair_are_refused_before_the_first(
        self, pairs: Pairs, options: dict[str, object], problem: str
    ) -> None:
        asked: dict[str, object] = {"preds": pairs(1), "label": LABEL, "losses": "bce"}
        asked |= options
        with pytest.raises(losscli.UsageError, match=problem.replace("{", r"\{")):
            losscli.batch(asked.pop("preds"), asked.pop("label"), **asked)  # type: ignore[arg-type]

    def test_of_a_manifest_name_the_line(self, pairs: Pairs) -> None:
        pairs(1)
        Path("m.csv").write_text("pred,loss\nrun0/preds.npy,bce\na,nosuch\n")
        with pytest.raises(losscli.DataError, match=r"m.csv, line 3: no loss is called 'nosuch'"):
            losscli.batch(manifest="m.csv", label=LABEL)

    def test_names_are_given_once(self) -> None:
        rows = [{"name": "a", "pred": "x.npy"}, {"name": "a", "pred": "y.npy"}]
        with pytest.raises(losscli.UsageError, match="'a': pair 1 and pair 2"):
            losscli.batch(manifest=rows)


class TestFolders:
    def test_hold_predictions_in_natural_order_and_their_labels(self, pairs: Pairs) -> None:
        pairs(11)
        Path("run3/notes.txt").write_text("hello")
        Path("run3/.hidden.npy").write_text("hello")
        report = losscli.batch(".", LABEL, "bce")
        assert [row.name for row in report.rows] == [f"run{n}/preds.npy" for n in range(11)]
        assert report.failed == 0

    def test_patterns_leave_labels_out(self, pairs: Pairs) -> None:
        pairs(2)
        report = losscli.batch("run*/*.npy", LABEL, "bce")
        assert [row.name for row in report.rows] == ["run0/preds.npy", "run1/preds.npy"]

    def test_a_file_named_twice_is_evaluated_once(self, pairs: Pairs) -> None:
        names = pairs(2)
        report = losscli.batch([names[1], "run*/preds.npy"], LABEL, "bce")
        assert [row.name for row in report.rows] == ["run1/preds.npy", "run0/preds.npy"]

    def test_hostile_names_are_files_like_others(self, pairs: Pairs) -> None:
        [name] = pairs(1)
        for hostile in ("-x", "[red]\n", "a{dir}b", "q'\"`", "=cmd()"):
            Path(hostile).mkdir()
            for file in ("preds.npy", "labels.npy"):
                (Path(hostile) / file).write_bytes(Path(name).with_name(file).read_bytes())
        report = losscli.batch(".", LABEL, "bce", output="r.jsonl")
        assert report.failed == 0
        assert len({row.scores[0].value for row in report.rows}) == 1
        assert len(report.rows) == 6
        held = Path("r.jsonl").read_bytes().splitlines()
        assert {json.loads(line)["name"] for line in held} == {row.name for row in report.rows}
        assert BatchReport(Path("r.jsonl").read_bytes().splitlines(), 0).rows == report.rows


def test_progress_counts_pairs_and_failures(pairs: Pairs) -> None:
    names = pairs(5)
    Path(names[2]).unlink()
    seen: list[tuple[int, int, int]] = []
    losscli.batch(names, LABEL, "bce", jobs=1, progress=lambda *counts: seen.append(counts))
    assert seen == [(1, 0, 5), (2, 0, 5), (3, 1, 5), (4, 1, 5), (5, 1, 5)]


def test_templates_hold_for_weights_and_inputs(pairs: Pairs) -> None:
    [name] = pairs(1)
    np.save("run0/w.npy", np.arange(50.0))
    [row] = losscli.batch([name], LABEL, "bce", weight="{dir}/w.npy").rows
    alone = losscli.evaluate(name, "run0/labels.npy", "bce", weight="run0/w.npy")
    assert row.scores[0].value == alone["bce"].value


def _fits_probabilities(loss: Loss) -> bool:
    """Whether a loss can read one probability per row beside yes-or-no labels."""
    return any(Task.BINARY in reading.tasks and not reading.inputs for reading in loss.readings)
