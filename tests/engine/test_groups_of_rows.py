"""Losses by groups of rows: what each comes to, whoever gathers them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import losscli
from losscli.engine import groups_of_rows as slices
from losscli.engine import run
from losscli.engine.evaluation import Batch
from losscli.engine.gate import Settled
from losscli.errors import DataError, UsageError
from losscli.evaluating.groups import GroupsOfRows
from losscli.evaluating.one_pass import evaluated
from losscli.evaluating.options import Options

ROWS = 3000
SEED = np.random.default_rng(11)
PRED = SEED.uniform(0.01, 0.99, size=ROWS)
LABEL = (SEED.uniform(size=ROWS) < PRED).astype(np.int64)
SITE = SEED.choice(["a", "b 2", "b 10", ""], size=ROWS, p=[0.5, 0.3, 0.15, 0.05])


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    lines = [f"{p!r},{y},{s}" for p, y, s in zip(PRED.tolist(), LABEL.tolist(), SITE, strict=True)]
    path.write_text("\n".join(["prob,label,site", *lines]))
    return path


BY_SITE = losscli.Columns(by="site")


def test_each_group_is_evaluated_as_if_it_were_alone(table: Path) -> None:
    losses = ["bce", "rmse", "ece", "r2"]
    report = losscli.evaluate(table, losses=losses, columns=BY_SITE)
    for result, loss in zip(report.results, losses, strict=True):
        assert result.slices is not None
        assert [part.value_of for part in result.slices] == ["a", "b 2", "b 10", None]
        for part in result.slices:
            rows = (part.value_of or "") == SITE
            alone = losscli.evaluate(PRED[rows], LABEL[rows], loss, kind=result.kind)
            assert (part.value, part.n) == (alone.results[0].value, rows.sum())
            interval = alone.results[0].interval
            assert (interval is None) == (loss == "ece")
            assert interval is None or part.interval == pytest.approx(interval, rel=1e-12)


@pytest.mark.parametrize("ci", ["normal", "none"])
def test_groups_have_the_interval_that_is_asked_for(table: Path, ci: str) -> None:
    [result] = losscli.evaluate(table, losses="bce", columns=BY_SITE, ci=ci).results
    assert result.slices is not None
    for part in result.slices:
        rows = (part.value_of or "") == SITE
        alone = losscli.evaluate(PRED[rows], LABEL[rows], "bce", ci=ci)["bce"]
        assert part.interval == alone.interval


def test_threads_change_no_bit(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "BLOCK_ITEMS", 64)
    one, many = (
        losscli.evaluate(table, losses="bce", columns=BY_SITE, threads=threads)
        for threads in (1, 5)
    )
    assert one == many


def test_rows_left_out_are_left_out_of_their_group(table: Path) -> None:
    text = table.read_text().replace(f"{float(PRED[0])!r},", ",", 1)
    table.write_text(text)
    report = losscli.evaluate(table, losses="bce", columns=BY_SITE, nan="drop")
    assert report.results[0].slices is not None
    assert sum(part.n for part in report.results[0].slices) == ROWS - 1


def test_classes_are_groups() -> None:
    report = losscli.evaluate(PRED, LABEL, "bce", by_class=True)
    assert report.results[0].slices is not None
    for part, answer in zip(report.results[0].slices, (0, 1), strict=True):
        assert (part.column, part.value_of) == (None, str(answer))
        rows = answer == LABEL
        assert part.value == losscli.evaluate(PRED[rows], LABEL[rows], "bce").results[0].value


def test_rows_of_several_labels_have_no_class() -> None:
    with pytest.raises(UsageError, match="rows have no one class"):
        losscli.evaluate([[0.9, 0.8]] * 2, [[1, 1], [0, 1]], "bce", by_class=True)


def test_names_of_rows_are_no_groups(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "MOST", 2)
    with pytest.raises(DataError, match="site has more than 2 values"):
        losscli.evaluate(table, losses="bce", columns=BY_SITE)


class TestWorse:
    def test_a_worse_group_is_marked_and_no_other(self) -> None:
        site = SEED.choice(["x", "y", "z"], size=ROWS)
        label = np.where((site == "z") & (SEED.uniform(size=ROWS) < 0.3), 1 - LABEL, LABEL)
        assert worse(PRED, label, site) == {"x": False, "y": False, "z": True}

    def test_few_rows_are_not_tested(self) -> None:
        site = np.where(np.arange(ROWS) < 19, "few", "many")
        assert worse(PRED, LABEL, site) == {"few": None, "many": None}

    def test_a_group_that_shares_its_clusters_errors_is_not_marked_for_them(
        self, tmp_path: Path
    ) -> None:
        alarms = {"cluster": 0, "alone": 0}
        for seed in range(60):
            random = np.random.default_rng(seed)
            site = np.repeat(random.choice(["x", "y"], size=60), 10)
            error = np.repeat(random.normal(size=60), 10) + 0.3 * random.normal(size=600)
            lines = [
                f"{e:.4f},0,{s},{row // 10}"
                for row, (e, s) in enumerate(zip(error, site, strict=True))
            ]
            path = tmp_path / "rows.csv"
            path.write_text("\n".join(["pred,label,site,patient", *lines, ""]))
            for how, patient in (("cluster", ("patient",)), ("alone", ())):
                columns = losscli.Columns(by="site", cluster=patient)
                [result] = losscli.evaluate(path, losses="mse", columns=columns).results
                assert result.slices is not None
                alarms[how] += any(part.worse for part in result.slices)
        assert alarms["alone"] > 12
        assert alarms["cluster"] <= 7

    def test_a_worse_group_of_clusters_is_marked(self, tmp_path: Path) -> None:
        random = np.random.default_rng(0)
        site = np.repeat(["x", "y", "z"], 200)
        error = np.repeat(random.normal(size=60), 10) * np.where(site == "z", 3.0, 1.0)
        lines = [
            f"{e:.4f},0,{s},{r // 10}" for r, (e, s) in enumerate(zip(error, site, strict=True))
        ]
        path = tmp_path / "rows.csv"
        path.write_text("\n".join(["pred,label,site,patient", *lines, ""]))
        columns = losscli.Columns(by="site", cluster="patient")
        [result] = losscli.evaluate(path, losses="mse", columns=columns).results
        assert result.slices is not None
        assert [part.worse for part in result.slices] == [False, False, True]

    def test_chance_alone_marks_a_group_in_one_of_twenty_cases_at_most(self) -> None:
        alarms = 0
        for seed in range(200):
            random = np.random.default_rng(seed)
            pred = random.uniform(0.01, 0.99, size=600)
            label = (random.uniform(size=600) < pred).astype(np.int64)
            alarms += any(worse(pred, label, random.choice(list("abcd"), size=600)).values())
        # 5 % of 200 are 10; more than 18 come up once in a hundred such tests.
        assert alarms <= 18


def worse(pred: np.ndarray, label: np.ndarray, site: np.ndarray) -> dict[str | None, bool | None]:
    found = evaluated(pred, label, "bce", Options())
    groups = slices.Slices(found.reading.evaluations)
    block = Settled(0, pred, label, None, 0, by={"site": site.astype(object)})
    groups.add(Batch(block, found.reading.setting))
    report = losscli.evaluate(pred, label, "bce")
    [result] = GroupsOfRows(Options(ci="normal")).add_to(report, found, groups).results
    assert result.slices is not None
    return {part.value_of: part.worse for part in result.slices}
