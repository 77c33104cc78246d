"""Models compared through the Python API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli
from losscli import Columns, DataError, UsageError
from losscli.comparing.report import ComparisonReport, Verdict
from losscli.engine import run
from losscli.stats.holm import holm

SAMPLES = Path(__file__).parents[2] / "sample_data"
A, B, LABELS = (str(SAMPLES / name) for name in ("model_a.csv", "model_b.csv", "labels.csv"))

RANDOM = np.random.default_rng(3)
LABEL = (RANDOM.random(400) < 0.4).astype(float)
GOOD = np.clip(0.15 + 0.7 * LABEL + 0.1 * RANDOM.normal(size=400), 0.01, 0.99)
FAIR = np.clip(0.4 + 0.2 * LABEL + 0.1 * RANDOM.normal(size=400), 0.01, 0.99)


class TestTheSamplePair:
    report = losscli.compare([A, B], LABELS)

    def test_the_numbers_are_those_of_the_readme_of_the_sample_data(self) -> None:
        bce = self.report["bce"]
        assert bce.reference_value == pytest.approx(0.10804827914226246, rel=1e-14)
        assert bce.value == pytest.approx(0.11637788023760125, rel=1e-14)
        assert bce.better == 178 / 228
        assert bce.standard_error == pytest.approx(0.0250, abs=5e-5)
        # That README's paired t-test says 0.74.
        assert bce.p == pytest.approx(0.74, abs=0.05)

    def test_it_says_what_was_read_as_what_and_why(self) -> None:
        columns = {(item.file.split("/")[-1], item.role): item.columns for item in self.report.read}
        assert columns["model_b.csv", "pred"] == ("prob",)
        assert columns["labels.csv", "label"] == ("label",)
        assert columns["model_a.csv", "key"] == ("id",)
        steps = [step.step for step in self.report.evidence]
        assert {"key id", "column prob", "shape", "values", "labels"} <= set(steps)
        assert len(steps) == len(set(steps))

    def test_a_small_difference_is_not_called_proven(self) -> None:
        assert {item.verdict for item in self.report.comparisons} == {Verdict.NOT_PROVEN}
        assert self.report["bce"].words.startswith("not proven: at least ")

    def test_values_are_those_of_an_evaluation(self) -> None:
        columns = Columns(id="id")
        for item in self.report.comparisons:
            for file, value in ((A, item.reference_value), (B, item.value)):
                alone = losscli.evaluate(file, LABELS, item.loss, columns=columns).results[0]
                assert value == alone.value

    def test_the_recommended_loss_comes_first_and_few_follow(self) -> None:
        assert [item.recommended for item in self.report.comparisons] == [True, False, False]


class TestVerdicts:
    def test_the_better_model_is_named_whichever_comes_first(self) -> None:
        models = {"good": GOOD, "fair": FAIR}
        one = losscli.compare(models, LABEL, "bce")["bce"]
        two = losscli.compare(dict(reversed(models.items())), LABEL, "bce")["bce"]
        assert (one.verdict, one.words) == (Verdict.WORSE, "good is better")
        assert (two.verdict, two.words) == (Verdict.BETTER, "good is better")
        assert two.difference == -one.difference

    def test_where_higher_is_better_the_sign_is_turned(self) -> None:
        found = losscli.compare({"fair": FAIR, "good": GOOD}, LABEL, "r2", task="regression")["r2"]
        assert found.difference > 0
        assert found.verdict is Verdict.BETTER
        assert found.better is None
        assert found.interval is not None
        assert found.interval[0] > 0

    def test_equal_models_are_called_equal(self) -> None:
        found = losscli.compare([GOOD, GOOD], LABEL, "bce")["bce"]
        assert (found.verdict, found.p, found.equal) == (Verdict.EQUAL, 1.0, 1.0)

    def test_a_loss_of_the_whole_array_is_shown_and_not_tested(self) -> None:
        found = losscli.compare([GOOD, FAIR], LABEL, "medae", task="regression")["medae"]
        assert (found.verdict, found.p, found.interval) == (Verdict.UNTESTED, None, None)
        assert found.value > found.reference_value

    def test_an_infinite_loss_is_not_tested(self) -> None:
        wrong = np.where(LABEL == 1.0, 0.0, GOOD)
        found = losscli.compare([GOOD, wrong], LABEL, "bce", like="exact")["bce"]
        assert found.value == np.inf
        assert found.verdict is Verdict.UNTESTED
        assert found.better is not None

    def test_several_models_and_losses_are_adjusted_together(self) -> None:
        report = losscli.compare([GOOD, FAIR, GOOD], LABEL, "bce,brier")
        assert report.tests == 4
        assert [(c.loss, c.model) for c in report.comparisons] == [
            ("binary_cross_entropy", "B"),
            ("binary_cross_entropy", "C"),
            ("brier", "B"),
            ("brier", "C"),
        ]
        for item in report.comparisons:
            assert item.p is not None
            assert item.p_holm is not None
            assert item.p_holm >= item.p


class TestOneNumberUnderSeveralTransforms:
    label = RANDOM.normal(size=60)
    models = (
        label + RANDOM.normal(size=60) * np.exp(RANDOM.normal(size=60)),
        label + 0.6 * RANDOM.normal(size=60) * np.exp(RANDOM.normal(size=60)),
    )

    def test_it_is_tested_and_counted_once(self) -> None:
        report = losscli.compare(self.models, self.label, "mse,rmse,sse,mae")
        square, root, total, other = report.comparisons
        assert report.tests == 2
        assert square.p == root.p == total.p != other.p
        assert square.p_holm == root.p_holm == total.p_holm
        assert square.verdict is root.verdict is total.verdict
        assert square.words == root.words == total.words
        named = [item.same_test_as for item in report.comparisons]
        assert named == [None, "mean_squared_error", "mean_squared_error", None]
        assert holm([square.p, other.p]) == [square.p_holm, other.p_holm]

    def test_whichever_of_it_is_asked_for_says_the_same(self) -> None:
        alone = [losscli.compare(self.models, self.label, loss) for loss in ("mse", "rmse", "sse")]
        assert len({report.comparisons[0].p for report in alone}) == 1
        assert len({report.comparisons[0].words for report in alone}) == 1

    def test_with_weights_too(self) -> None:
        weight = RANDOM.random(60)
        report = losscli.compare(self.models, self.label, "rmse,mse,sse", weight=weight)
        assert report.tests == 1
        assert len({item.p_holm for item in report.comparisons}) == 1

    def test_so_are_the_log_loss_and_its_exponential(self) -> None:
        shares = [RANDOM.dirichlet([2.0, 1.0, 1.0], 80) for _ in range(2)]
        report = losscli.compare(shares, RANDOM.integers(0, 3, 80), "ce,perplexity")
        assert report.tests == 1

    def test_and_a_loss_and_the_score_that_is_1_minus_it(self) -> None:
        loss = losscli.compare([GOOD, FAIR], LABEL, "zero_one")["zero_one"]
        score = losscli.compare([GOOD, FAIR], LABEL, "accuracy", score=True).comparisons[0]
        assert score.p == loss.p
        assert score.verdict is loss.verdict

    def test_losses_that_rows_bear_differently_are_tests_of_their_own(self) -> None:
        assert losscli.compare([GOOD, FAIR], LABEL, "bce,focal,brier").tests == 3


class TestRounding:
    better = np.nextafter(GOOD, LABEL)

    def test_models_that_differ_by_it_alone_are_equal_by_every_number(self) -> None:
        for item in losscli.compare([GOOD, self.better], LABEL, "bce,focal,brier,auc").comparisons:
            assert (item.verdict, item.difference) == (Verdict.EQUAL, 0.0)
            assert (item.interval, item.p, item.p_holm) == (None, 1.0, 1.0)
            assert item.words == "equal on every row but for rounding"

    def test_it_wins_no_rows(self) -> None:
        other = self.better.copy()
        other[:3] = 0.999 - 0.998 * LABEL[:3]
        found = losscli.compare([GOOD, other], LABEL, "bce")["bce"]
        assert (found.better, found.equal, found.interval) == (0.0, 397 / 400, None)

    def test_rows_that_differ_and_cancel_are_not_equal(self) -> None:
        swapped = GOOD.copy()
        ones = np.flatnonzero(LABEL)
        swapped[ones] = np.roll(GOOD[ones], 1)
        found = losscli.compare([GOOD, swapped], LABEL, "bce")["bce"]
        assert found.verdict is Verdict.NOT_PROVEN
        assert found.interval is not None
        assert found.equal == np.mean(swapped == GOOD)


class TestRowsNeeded:
    @pytest.mark.parametrize("seed", range(12))
    def test_only_numbers_beyond_those_in_hand_are_said(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        label = random.normal(size=50)
        models = [label + scale * random.normal(size=50) for scale in (1.0, 1.2)]
        found = losscli.compare(models, label, "mse")["mse"]
        if found.verdict is not Verdict.NOT_PROVEN:
            return
        fewest, most = found.rows_needed, found.rows_needed_most
        assert fewest is None or fewest > found.n
        assert most is None or most > found.n
        start = (
            "more rows" if fewest is None else "at least " if most is None else f"{fewest:,}"[:1]
        )
        assert found.words.startswith(f"not proven: {start}")

    def test_few_rows_that_make_the_whole_difference_are_counted(self) -> None:
        other = np.clip(GOOD + 0.02 * (2.0 * LABEL - 1.0), 0.001, 0.999)
        other[[5, 50, 200]] = 0.999 - 0.998 * LABEL[[5, 50, 200]]
        found = losscli.compare([GOOD, other], LABEL, "bce")["bce"]
        assert found.better is not None
        assert found.better > 0.9
        assert found.decisive in (1, 2, 3)


class TestReading:
    def test_weights_count(self) -> None:
        weight = np.where(LABEL == 1.0, 2.0, 0.0)
        found = losscli.compare([GOOD, FAIR], LABEL, "bce", weight=weight)["bce"]
        alone = losscli.evaluate(GOOD, LABEL, "bce", weight=weight)["bce"]
        assert found.reference_value == alone.value

    def test_a_row_that_one_model_lacks_is_dropped_from_all(self) -> None:
        gap = FAIR.copy()
        gap[3] = np.nan
        kept = np.arange(400) != 3
        report = losscli.compare([GOOD, gap], LABEL, "bce", nan="drop")
        whole = losscli.compare([GOOD[kept], FAIR[kept]], LABEL[kept], "bce")["bce"]
        assert report["bce"].reference_value == whole.reference_value
        assert report["bce"].n == 399
        assert any("1 of 400 rows dropped" in note for note in report.notes)

    def test_a_missing_value_is_named_with_its_model(self) -> None:
        gap = FAIR.copy()
        gap[3] = np.nan
        with pytest.raises(DataError) as caught:
            losscli.compare([GOOD, gap], LABEL, "bce")
        assert (caught.value.file, caught.value.position) == ("prediction 2", "row 3")

    def test_a_value_that_does_not_fit_is_named_with_its_model(self) -> None:
        bad = FAIR.copy()
        bad[7] = 1.7
        with pytest.raises(DataError) as caught:
            losscli.compare([GOOD, bad], LABEL, "bce", kind="probability")
        assert (caught.value.file, caught.value.position) == ("prediction 2", "row 7")

    def test_logits_and_probabilities_may_meet_and_a_note_says_so(self) -> None:
        logits = np.log(GOOD / (1 - GOOD))
        report = losscli.compare([GOOD, logits], LABEL, "bce")
        assert report["bce"].value == pytest.approx(report["bce"].reference_value)
        assert any("different kinds" in note for note in report.notes)

    def test_the_first_block_does_not_mislead(self) -> None:
        label = np.tile(LABEL, 800)
        logits = np.linspace(0.1, 0.9, len(label))
        logits[140_000:] *= -5.0
        found = losscli.compare([logits, logits / 2], label, "bce")["bce"]
        alone = losscli.evaluate(logits, label, "bce")["bce"]
        assert found.reference_value == alone.value

    def test_several_columns_of_one_file(self) -> None:
        columns = Columns(pred=("prob", "prob_rf"))
        report = losscli.compare([str(SAMPLES / "breast_cancer.csv")], columns=columns)
        assert report.models == ("prob", "prob_rf")
        # Few rows, thought impossible by the forest, make the difference: they prove none.
        assert report["bce"].verdict is Verdict.NOT_PROVEN
        assert report["bce"].difference > 0.1

    def test_classes_and_sequences_of_items(self) -> None:
        probs = np.load(SAMPLES / "digits_probs.npy")
        label = np.load(SAMPLES / "digits_labels.npy")
        flat = 0.5 * probs + 0.05
        report = losscli.compare({"model": probs, "flat": flat}, label)
        assert [item.words for item in report.comparisons] == ["model is better"] * 3


class TestRepeatability:
    def test_formats_and_the_order_of_rows_in_files_change_nothing(self, tmp_path: Path) -> None:
        rows = 6000
        random = np.random.default_rng(8)
        label = random.normal(size=rows)
        preds = [label + random.normal(size=rows) for _ in range(2)]
        np.save(tmp_path / "y.npy", label)
        files = []
        for name, pred in zip("ab", preds, strict=True):
            files.append(str(tmp_path / f"{name}.csv"))
            lines = "\n".join(f"r{place},{x!r}" for place, x in enumerate(pred.tolist()))
            Path(files[-1]).write_text(f"id,pred\n{lines}\n")
        arrays = losscli.compare(preds, label, "mse,r2", resamples=200)
        csv = losscli.compare(files, str(tmp_path / "y.npy"), "mse,r2", resamples=200)
        for one, two in zip(arrays.comparisons, csv.comparisons, strict=True):
            assert (one.difference, one.interval, one.p) == (two.difference, two.interval, two.p)

    @pytest.mark.parametrize("threads", [2, 3])
    def test_threads_change_nothing(self, threads: int) -> None:
        rows = 1 << 20
        label = np.sin(np.arange(rows))
        preds = [label + 0.1, label + np.cos(np.arange(rows) ** 1.5)]
        [found] = losscli.compare(preds, label, "mse", resamples=100, threads=threads).comparisons
        [alone] = losscli.compare(preds, label, "mse", resamples=100, threads=1).comparisons
        assert found == alone

    def test_the_seed_decides_the_draws(self) -> None:
        one, same, other = (
            losscli.compare([A, B], LABELS, "bce", seed=seed)["bce"] for seed in (1, 1, 2)
        )
        assert one == same
        assert one.p is not None
        assert other.p == pytest.approx(one.p, abs=0.05)


class TestGroups:
    site = np.resize(["north", "south", "south", ""], len(LABEL))

    @pytest.fixture
    def labels(self, tmp_path: Path) -> str:
        path = tmp_path / "labels.csv"
        lines = [f"{y:g},{s}" for y, s in zip(LABEL, self.site, strict=True)]
        path.write_text("\n".join(["label,site", *lines]))
        return str(path)

    def compared(self, labels: str, losses: str = "bce,rmse", **options: Any) -> ComparisonReport:
        columns = Columns(label="label", by="site")
        return losscli.compare(
            {"good": GOOD, "fair": FAIR}, labels, losses, columns=columns, **options
        )

    def test_each_is_compared_as_if_it_were_alone(self, labels: str) -> None:
        report = self.compared(labels)
        assert [group.value_of for group in report.slices] == ["north", "south", None]
        for group in report.slices:
            rows = (group.value_of or "") == self.site
            alone = losscli.compare(
                {"good": GOOD[rows], "fair": FAIR[rows]}, LABEL[rows], "bce,rmse"
            )
            for one, two in zip(group.comparisons, alone.comparisons, strict=True):
                assert (one.value, one.difference, one.n) == (two.value, two.difference, two.n)
                assert (one.p, one.better) == (two.p, two.better)

    def test_all_groups_of_a_column_are_adjusted_together(self, labels: str) -> None:
        report = self.compared(labels)
        assert report.tests == 2
        assert {group.tests for group in report.slices} == {6}
        ps = [item.p for group in report.slices for item in group.comparisons]
        adjusted = [item.p_holm for group in report.slices for item in group.comparisons]
        assert adjusted == holm(ps)

    def test_all_rows_are_judged_as_without_groups(self, labels: str) -> None:
        plain = losscli.compare({"good": GOOD, "fair": FAIR}, LABEL, "bce,rmse")
        assert self.compared(labels).comparisons == plain.comparisons

    def test_classes_are_groups_too(self) -> None:
        report = losscli.compare([GOOD, FAIR], LABEL, "bce", by_class=True)
        assert [(group.column, group.value_of) for group in report.slices] == [
            (None, "0"),
            (None, "1"),
        ]
        assert sum(group.comparisons[0].n for group in report.slices) == len(LABEL)

    def test_threads_and_blocks_change_nothing(
        self, labels: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = self.compared(labels, threads=1)
        monkeypatch.setattr(run, "BLOCK_ITEMS", 32)
        assert self.compared(labels, threads=3) == whole

    def test_the_column_may_stand_in_any_of_the_files(self, tmp_path: Path) -> None:
        files = []
        for name, pred in (("good", GOOD), ("fair", FAIR)):
            lines = [f"{p!r},{s}" for p, s in zip(pred.tolist(), self.site, strict=True)]
            head = "pred,site" if name == "fair" else "pred,place"
            (tmp_path / f"{name}.csv").write_text("\n".join([head, *lines]))
            files.append(str(tmp_path / f"{name}.csv"))
        columns = Columns(pred="pred", by="site")
        report = losscli.compare(files, LABEL, "bce", columns=columns)
        assert [group.value_of for group in report.slices] == ["north", "south", None]


@pytest.mark.parametrize(
    ("preds", "label", "said"),
    [
        ([GOOD], LABEL, "needs two models"),
        ([], LABEL, "which models"),
        ([GOOD, FAIR], None, "holds no labels"),
    ],
)
def test_what_makes_no_comparison_is_refused(preds: Any, label: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        losscli.compare(preds, label)


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (FAIR[:-1], "has 399 rows, prediction 1 has 400"),
        (np.stack([FAIR, 1 - FAIR], axis=1), "has 2 items per row, prediction 1 has 1"),
    ],
)
def test_models_of_other_shapes_are_refused(second: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        losscli.compare([GOOD, second], LABEL)
