"""`losscli eval`: the numbers, and every option that decides which."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import re
from pathlib import Path

import pytest

from tests.cli.program import SAMPLES, Here, Program, Write

CANCER = SAMPLES / "breast_cancer.csv"
PAIRED = ("-p", "prob", "-y", "label")
# The binary cross entropy of each row of the fixture `pair`.
ROWS = [-math.log(0.9), -math.log(0.8), -math.log(0.4)]

Pair = tuple[str, str]


def exactly(value: float) -> object:
    return pytest.approx(value, rel=1e-12, abs=0.0)


class TestReferenceNumbers:
    """The numbers that sample_data/README.md has from NumPy and scikit-learn."""

    @pytest.mark.parametrize(
        ("words", "number"),
        [
            (["breast_cancer.csv", *PAIRED, "-l", "bce"], 0.07177570909570363),
            (["breast_cancer.csv", *PAIRED, "-l", "bce", "--like", "exact"], 0.07177570500414188),
            (["breast_cancer.csv", "-p", "logit", "-l", "bce"], 0.07177570500414188),
            (["breast_cancer.csv", "-p", "prob_rf", "-l", "bce"], 0.18319766759728723),
            (["breast_cancer.csv", "-p", "prob_rf", "-l", "bce", "--like", "exact"], math.inf),
            (["breast_cancer.csv", *PAIRED, "-l", "brier", "--like", "exact"], 0.02114265521855207),
            (["breast_cancer.csv", *PAIRED, "-l", "zero_one"], 8 / 228),
            (["digits_probs.npy", "digits_labels.npy", "-l", "ce"], 0.10082744824114541),
            (["digits_logits.npy", "digits_labels.npy", "-l", "ce"], 0.10082744824114541),
            (["wine.csv", "-l", "ce"], 0.07236657859726725),
            (["diabetes.csv", "-l", "mse"], 3234.897227743972),
            (["diabetes.csv", "-l", "rmse"], 56.876156935432725),
            (["diabetes.csv", "-l", "mae"], 45.57558037225329),
            (["imbalanced.csv", "-l", "bce", "--like", "exact"], 0.08032149952034533),
            (["multilabel.csv", "-l", "bce", "--like", "exact"], 0.21319014164073674),
            (["multilabel.csv", "-l", "bce"], 0.2121825994768083),
            (["model_a.csv", "labels.csv", "--id-col", "id", "-l", "bce"], 0.10804827914226246),
            (["model_b.csv", "labels.csv", "--id-col", "id", "-l", "bce"], 0.11637788023760125),
        ],
        ids=lambda given: " ".join(given) if isinstance(given, list) else "",
    )
    def test_printed_by_q(
        self, here: Here, monkeypatch: pytest.MonkeyPatch, words: list[str], number: float
    ) -> None:
        monkeypatch.chdir(SAMPLES)
        assert here("eval", *words, "-q").number == exactly(number)

    def test_one_trait_of_a_multilabel_file(self, here: Here) -> None:
        words = ["-p", "p_even", "-y", "even", "-l", "bce", "-q"]
        assert here(SAMPLES / "multilabel.csv", *words, "--like", "exact").number == exactly(
            0.2301038344692327
        )

    def test_baselines_are_the_entropy_of_the_labels_and_their_variance(self, here: Here) -> None:
        for file, loss, number in (
            ("breast_cancer.csv", "bce", 0.6604327389156528),
            ("wine.csv", "ce", 1.0869914761327597),
            ("imbalanced.csv", "bce", 0.16756842023810853),
            ("diabetes.csv", "mse", 5270.37307287178),
        ):
            column = ["-p", "prob"] if file == "breast_cancer.csv" else []
            [result] = here(SAMPLES / file, *column, "-l", loss, "--format", "json").json["results"]
            assert result["baseline"]["value"] == exactly(number)
            assert result["skill"] == exactly(1.0 - result["value"] / number)


class TestCommand:
    def test_the_word_eval_may_be_left_out(self, here: Here, pair: Pair) -> None:
        short, long = here(*pair), here("eval", *pair)
        assert short == long
        assert short.code == 0

    def test_it_may_be_left_out_before_an_option(self, here: Here, pair: Pair) -> None:
        assert here("-q", "-l", "bce", *pair).number == exactly(math.fsum(ROWS) / 3)

    def test_a_file_may_be_called_like_a_command(self, here: Here, write: Write) -> None:
        write("losses.npy", [0.5, 0.5])
        assert here("eval", "losses.npy", write("y.npy", [0, 1]), "-l", "bce", "-q").number == (
            exactly(math.log(2))
        )
        (Path("losses.npy")).rename("losses")
        assert here("eval", "losses", "y.npy", "-l", "bce", "-q").number == exactly(math.log(2))
        assert here("./losses", "y.npy", "-l", "bce", "-q").number == exactly(math.log(2))

    def test_a_name_that_begins_with_a_dash_follows_two(self, here: Here, write: Write) -> None:
        label = write("y.npy", [0, 1])
        write("-p.npy", [0.5, 0.5])
        assert here("eval", "-l", "bce", "-q", "--", "-p.npy", label).number == exactly(math.log(2))

    def test_without_losses_those_that_fit_the_recommended_one_first(
        self, here: Here, pair: Pair
    ) -> None:
        report = here(*pair, "--format", "json").json
        assert len(report["results"]) >= 4
        first, *rest = report["results"]
        assert first["loss"] == report["recommendation"]["loss"] == "binary_cross_entropy"
        assert [first["recommended"], *(result["recommended"] for result in rest)] == (
            [True] + [False] * len(rest)
        )

    def test_stdin_holds_one_of_the_files(self, here: Here, pair: Pair, tmp_path: Path) -> None:
        pred, label = pair
        expected = exactly(math.fsum(ROWS) / 3)
        read = (tmp_path / pred).read_bytes()
        assert here("-", label, "-l", "bce", "-q", stdin=read).number == expected
        table = "prob,label\n0.9,1\n0.2,0\n0.6,0\n"
        assert here("-", "-l", "bce", "-q", stdin=table).number == expected
        assert here("eval", "-l", "bce", "-q", "-", stdin=table).number == expected
        packed = gzip.compress(table.encode())
        assert here("-", "-l", "bce", "-q", stdin=packed).number == expected

    def test_stdin_is_read_only_once(self, here: Here) -> None:
        answer = here("-", "-", stdin="0.9\n0.2\n")
        assert (answer.code, answer.out) == (2, "")
        assert "only once" in answer.err

    def test_an_empty_stdin_is_bad_data(self, here: Here) -> None:
        answer = here("-", stdin="")
        assert (answer.code, answer.out) == (3, "")
        assert "<stdin>" in answer.err


class TestLosses:
    def test_several_in_the_order_of_asking(self, here: Here, pair: Pair) -> None:
        words = [
            *pair,
            "-l",
            "mse,focal:gamma=2,alpha=0.25",
            "--loss",
            "bce",
            "-l",
            "focal:gamma=0",
        ]
        results = here(*words, "--format", "json").json["results"]
        assert [result["loss"] for result in results] == [
            "mean_squared_error",
            "binary_focal",
            "binary_cross_entropy",
            "binary_focal",
        ]
        assert results[0]["value"] == exactly((0.01 + 0.04 + 0.36) / 3)
        assert results[1]["params"]["alpha"] == 0.25
        assert results[1]["value"] == exactly(
            math.fsum(
                [
                    0.25 * 0.1**2 * ROWS[0],
                    0.75 * 0.2**2 * ROWS[1],
                    0.75 * 0.6**2 * ROWS[2],
                ]
            )
            / 3
        )
        assert results[3]["value"] == exactly(results[2]["value"])

    def test_an_alias_is_as_good_as_the_id(self, here: Here, pair: Pair) -> None:
        names = ["bce", "BCE", "log_loss", "log-loss", "binary_cross_entropy"]
        numbers = {here(*pair, "-l", name, "-q").number for name in names}
        assert len(numbers) == 1

    @pytest.mark.parametrize(
        ("words", "suggestion"),
        [
            (["-l", "bec"], "bce"),
            (["-l", "binary_crosentropy"], "binary_cross_entropy"),
            (["-l", "focal:gama=2"], "gamma"),
            (["--like", "textbok"], "textbook"),
            (["--kind", "logits"], "logit"),
            (["--task", "binar"], "binary"),
            (["--reduction", "means"], "mean"),
            (["--format", "jsn"], "json"),
            (["--nan", "drops"], "drop"),
            (["--quite"], "--quiet"),
        ],
        ids=lambda given: " ".join(given) if isinstance(given, list) else "",
    )
    def test_a_slip_is_answered_by_what_was_meant(
        self, here: Here, pair: Pair, words: list[str], suggestion: str
    ) -> None:
        answer = here(*pair, *words)
        assert (answer.code, answer.out) == (2, "")
        _, answered = re.split("Did you mean|Known:|Possible options", answer.err)
        assert suggestion in answered

    def test_so_is_a_slip_in_a_column(self, here: Here) -> None:
        answer = here(CANCER, "-p", "prop")
        assert (answer.code, answer.out) == (2, "")
        assert "Did you mean 'prob'?" in answer.err

    def test_a_loss_that_needs_labels_without_labels(self, here: Here, pair: Pair) -> None:
        answer = here(pair[0], "-l", "bce")
        assert (answer.code, answer.out) == (2, "")
        assert "needs labels" in answer.err

    def test_cross_entropy_of_one_column_is_refused(self, here: Here, pair: Pair) -> None:
        answer = here(*pair, "-l", "ce")
        assert (answer.code, answer.out) == (2, "")
        assert "-l bce" in answer.err


class TestColumns:
    TABLE = "id,a,b,c,truth\n1,0.7,0.2,0.1,a\n2,0.1,0.6,0.3,c\n"

    def test_by_glob_or_one_by_one(self, here: Here, write: Write) -> None:
        file = write("t.csv", "p_x,p_y,other,label\n0.7,0.3,9,0\n0.4,0.6,9,0\n")
        expected = exactly((-math.log(0.7) - math.log(0.4)) / 2)
        for columns in (["-p", "p_*"], ["-p", "p_x", "--pred-col", "p_y"], ["--pred-col=p_[xy]"]):
            assert here(file, *columns, "-y", "label", "-l", "ce", "-q").number == expected

    def test_a_class_is_found_by_the_name_of_its_column(self, here: Here, write: Write) -> None:
        file = write("t.csv", self.TABLE)
        words = [file, "-p", "a", "-p", "b", "-p", "c", "-y", "truth", "-l", "ce", "-q"]
        assert here(*words).number == exactly((-math.log(0.7) - math.log(0.3)) / 2)

    def test_what_the_names_decided_is_said_on_stderr(self, here: Here, write: Write) -> None:
        answer = here(write("t.csv", "prob,label\n0.9,1\n0.2,0\n"), "-l", "bce", "-q")
        assert answer.number == exactly((ROWS[0] + ROWS[1]) / 2)
        assert "t.csv: prediction from column prob; label from column label" in answer.err

    def test_several_readings_are_listed_as_flags_to_type(self, here: Here) -> None:
        answer = here(CANCER)
        assert (answer.code, answer.out) == (2, "")
        for column in ("prob", "prob_rf", "logit"):
            assert f"--pred-col {column}\n" in answer.err + "\n"

    def test_rows_are_paired_by_key_in_any_order(self, here: Here, write: Write) -> None:
        files = [
            write("p.csv", "key,prob\nu,0.9\nv,0.2\nw,0.6\n"),
            write("y.csv", "key,label\nw,0\nu,1\nv,0\n"),
        ]
        paired = here(*files, "--id-col", "key", "-l", "bce", "-q")
        assert paired.number == exactly(math.fsum(ROWS) / 3)

    def test_rows_in_another_order_are_paired_by_the_key_that_both_sides_share(
        self, here: Here
    ) -> None:
        files = (SAMPLES / "model_a.csv", SAMPLES / "labels.csv")
        answer = here(*files, "-q", "-l", "bce")
        assert answer.code == 0
        assert "rows paired by id: they stand in another order" in answer.err
        assert answer.out == here(*files, "--id-col", "id", "-q", "-l", "bce").out

    def test_a_tab_separated_or_packed_file_is_read_alike(self, here: Here, write: Write) -> None:
        table = "prob\tlabel\n0.9\t1\n0.2\t0\n0.6\t0\n"
        plain = here(write("t.tsv", table), "-l", "bce", "-q")
        packed = here(write("t.tsv.gz", gzip.compress(table.encode())), "-l", "bce", "-q")
        assert plain.number == packed.number == exactly(math.fsum(ROWS) / 3)


class TestWeights:
    WEIGHTED = (2 * ROWS[0] + ROWS[1] + 5 * ROWS[2]) / 8

    def test_from_a_file(self, here: Here, pair: Pair, write: Write) -> None:
        weights = write("w.npy", [2.0, 1.0, 5.0])
        answer = here(*pair, "-l", "bce", "--weight", weights, "-q")
        assert answer.number == exactly(self.WEIGHTED)

    def test_from_a_column(self, here: Here, write: Write) -> None:
        file = write("t.csv", "prob,label,w\n0.9,1,2\n0.2,0,1\n0.6,0,5\n")
        words = [file, *PAIRED, "-l", "bce", "-q"]
        assert here(*words, "--weight-col", "w").number == exactly(self.WEIGHTED)
        both = here(*words, "--weight-col", "w", "--weight", "w.npy")
        assert both.code in (2, 3)
        assert both.out == ""

    @pytest.mark.parametrize("given", ["1,5", "1, 5", "0=1,1=5", "1=5"])
    def test_of_classes_by_order_or_by_name(self, here: Here, pair: Pair, given: str) -> None:
        answer = here(*pair, "-l", "bce", "--class-weight", given, "-q")
        assert answer.number == exactly((5 * ROWS[0] + ROWS[1] + ROWS[2]) / 7)

    def test_of_classes_that_have_words_for_names(self, here: Here, write: Write) -> None:
        file = write("t.csv", "p_cat,p_dog,label\n0.7,0.3,dog\n0.4,0.6,cat\n")
        expected = exactly((5 * -math.log(0.3) - math.log(0.4)) / 6)
        for given in ("cat=1,dog=5", "1,5", "dog=5"):
            assert here(file, "-l", "ce", "--class-weight", given, "-q").number == expected

    @pytest.mark.parametrize(
        ("given", "problem"),
        [
            ("1,x", "not numbers"),
            ("1", "1 class weights for 2 classes"),
            ("1,2,3", "3 class weights for 2 classes"),
            ("-1,2", "are 0, or from 1e-100 to 1e+100"),
            ("inf,2", "are 0, or from"),
            ("nan,2", "are 0, or from"),
            ("yes=2", "no class 'yes'"),
            ("1=2,1=3", "twice"),
        ],
    )
    def test_of_classes_that_make_no_sense(
        self, here: Here, pair: Pair, given: str, problem: str
    ) -> None:
        answer = here(*pair, "-l", "bce", "--class-weight", given)
        assert (answer.code, answer.out) == (2, "")
        assert problem in answer.err


class TestReading:
    def test_classes_say_which_word_is_which(self, here: Here, write: Write) -> None:
        pred, label = write("p.npy", [0.9, 0.2, 0.6]), write("y.csv", "label\nspam\nham\nham\n")
        words = [pred, label, "-l", "bce", "-q"]
        assert here(*words, "--classes", "ham,spam").number == exactly(math.fsum(ROWS) / 3)
        turned = math.fsum(-math.log(p) for p in (0.1, 0.2, 0.6)) / 3
        assert here(*words, "--classes", "spam, ham").number == exactly(turned)

    def test_without_them_the_order_of_words_is_not_guessed(self, here: Here, write: Write) -> None:
        answer = here(write("p.npy", [0.9, 0.2]), write("y.csv", "label\nspam\nham\n"), "-l", "bce")
        assert (answer.code, answer.out) == (2, "")
        assert "--classes ham,spam" in answer.err

    def test_a_tanh_output_is_read_as_one(self, here: Here, write: Write) -> None:
        outputs = [2 * p - 1 for p in (0.9, 0.2, 0.6)]
        files = [write("t.npy", outputs), write("y.npy", [1, -1, -1])]
        answer = here(*files, "--kind", "tanh", "-l", "bce", "-q")
        assert answer.number == pytest.approx(math.fsum(ROWS) / 3, rel=1e-14)

    def test_logits_are_read_as_logits(self, here: Here, write: Write) -> None:
        logits = [math.log(p / (1 - p)) for p in (0.9, 0.2, 0.6)]
        files = [write("z.npy", logits), write("y.npy", [1, 0, 0])]
        for kind in ("logit", "Logit"):
            answer = here(*files, "--kind", kind, "-l", "bce", "-q")
            assert answer.number == pytest.approx(math.fsum(ROWS) / 3, rel=1e-14)

    def test_log_probabilities_may_be_written_with_a_hyphen(self, here: Here, write: Write) -> None:
        files = [write("lp.npy", [math.log(p) for p in (0.9, 0.2, 0.6)]), write("y.npy", [1, 0, 0])]
        answer = here(*files, "--kind", "log-probability", "-l", "bce", "-q")
        assert answer.number == pytest.approx(math.fsum(ROWS) / 3, rel=1e-14)

    def test_probabilities_are_not_softened_twice(self, here: Here) -> None:
        files = [SAMPLES / "digits_probs.npy", SAMPLES / "digits_labels.npy"]
        answer = here(*files, "--kind", "logit", "-l", "ce")
        assert (answer.code, answer.out) == (2, "")
        assert "second softmax" in answer.err

    def test_a_task_may_be_told(self, here: Here, write: Write) -> None:
        files = [write("p.npy", [[0.5, 0.5], [0.9, 0.1]]), write("y.npy", [[1, 0], [1, 0]])]
        assert here(*files, "--format", "json").json["task"] == "multiclass"
        told = here(*files, "--task", "multilabel", "--format", "json").json
        assert told["task"] == "multilabel"
        assert told["results"][0]["loss"] == "binary_cross_entropy"
        assert told["results"][0]["value"] == exactly((2 * math.log(2) - 2 * math.log(0.9)) / 4)

    def test_a_task_that_the_shape_forbids(self, here: Here, pair: Pair) -> None:
        answer = here(*pair, "--task", "multiclass")
        assert (answer.code, answer.out) == (2, "")
        assert "one item per row" in answer.err

    def test_a_missing_value_is_an_error_unless_dropped_and_counted(
        self, here: Here, write: Write
    ) -> None:
        files = [write("p.npy", [0.9, math.nan, 0.2, 0.6]), write("y.npy", [1, 1, 0, 0])]
        assert here(*files, "-l", "bce").code == 3
        answer = here(*files, "-l", "bce", "--nan", "drop", "--format", "json")
        [result] = answer.json["results"]
        assert result["value"] == exactly(math.fsum(ROWS) / 3)
        assert (result["n"], result["dropped"]) == (3, 1)
        assert "1 of 4 rows dropped for a missing value" in answer.err


class TestInputs:
    def test_a_loss_of_two_predictions(self, here: Here, write: Write) -> None:
        files = [write("x1.npy", [1.0, 2.0]), write("y.npy", [1, 1])]
        words = [*files, "-l", "margin_ranking:margin=0.5", "-q"]
        other = write("x2.npy", [2.0, 1.0])
        assert here(*words, "--input", f"x2={other}").number == exactly(1.5 / 2)
        without = here(*words)
        assert (without.code, without.out) == (2, "")
        assert "--input x2=FILE" in without.err

    @pytest.mark.parametrize(
        ("given", "problem"),
        [
            (["x2.npy"], "NAME=FILE"),
            (["x2="], "NAME=FILE"),
            (["=x2.npy"], "NAME=FILE"),
            (["x2=a.npy", "x2=b.npy"], "twice"),
        ],
    )
    def test_that_are_not_understood(
        self, here: Here, pair: Pair, given: list[str], problem: str
    ) -> None:
        answer = here(*pair, *(word for text in given for word in ("--input", text)))
        assert (answer.code, answer.out) == (2, "")
        assert problem in answer.err


class TestConvention:
    def test_textbook_adds_inside_the_logarithm(self, here: Here, pair: Pair) -> None:
        delta = 1e-7
        expected = -math.fsum(math.log(p + delta) for p in (0.9, 0.8, 0.4)) / 3
        answer = here(*pair, "-l", "bce", "--like", "textbook", "-q")
        assert answer.number == pytest.approx(expected, rel=1e-13)

    def test_scipy_divides_a_distribution_by_its_sum(self, here: Here, write: Write) -> None:
        file = write("t.csv", "p_a,p_b\n2,6\n")
        answer = here(file, "-p", "p_*", "-l", "entropy", "--kind", "probability", "-q")
        assert answer.code == 3
        answer = here(
            file, "-p", "p_*", "-l", "entropy", "--kind", "probability", "--like", "scipy", "-q"
        )
        expected = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75))
        assert answer.number == pytest.approx(expected, rel=1e-14)

    def test_it_stands_in_the_signature(self, here: Here, pair: Pair) -> None:
        [result] = here(*pair, "-l", "bce", "--like", "exact", "--format", "json").json["results"]
        assert result["convention"] == "exact"
        assert "|like:exact|" in result["signature"]

    def test_what_it_clips_is_counted(self, here: Here, write: Write) -> None:
        files = [write("p.npy", [1.0, 0.5, 0.0]), write("y.npy", [1, 0, 1])]
        answer = here(*files, "-l", "bce", "--format", "json")
        assert answer.json["results"][0]["clipped"] == 2
        assert "2 probabilities clipped" in answer.err
        exact = here(*files, "-l", "bce", "--like", "exact", "--format", "json").json["results"][0]
        assert (exact["clipped"], exact["value"], exact["nonfinite"]) == (0, None, "inf")


class TestReduction:
    @pytest.mark.parametrize(
        ("reduction", "expected"),
        [
            ("mean", [math.fsum(ROWS) / 3]),
            ("sum", [math.fsum(ROWS)]),
            ("batchmean", [math.fsum(ROWS) / 3]),
            ("none", ROWS),
        ],
    )
    def test_of_one_item_per_row(
        self, here: Here, pair: Pair, reduction: str, expected: list[float]
    ) -> None:
        answer = here(*pair, "-l", "bce", "--reduction", reduction, "-q")
        assert answer.numbers == [exactly(value) for value in expected]

    def test_a_batchmean_divides_the_items_by_the_rows(self, here: Here, write: Write) -> None:
        files = [write("p.npy", [[0.5, 0.5, 0.5], [0.5] * 3]), write("y.npy", [[1, 0, 0], [1] * 3])]
        for reduction, factor in (("mean", 1), ("batchmean", 3), ("sum", 6)):
            answer = here(*files, "-l", "bce", "--reduction", reduction, "-q")
            assert answer.number == exactly(factor * math.log(2))

    def test_none_of_several_items_is_a_line_per_row(self, here: Here, write: Write) -> None:
        files = [write("p.npy", [[0.5, 0.5], [0.5, 0.25]]), write("y.npy", [[1, 1], [0, 1]])]
        answer = here(*files, "-l", "bce", "--task", "multilabel", "--reduction", "none", "-q")
        rows = [[float(cell) for cell in line.split(",")] for line in answer.out.splitlines()]
        half = exactly(math.log(2))
        assert rows == [[half, half], [half, exactly(math.log(4))]]

    def test_each_loss_has_its_own(self, here: Here, pair: Pair) -> None:
        results = here(*pair, "-l", "sse,mse", "--format", "json")
        assert [result["reduction"] for result in results.json["results"]] == ["sum", "mean"]
        assert "grows with the rows" in results.err


class TestOutput:
    FORMATS = ("table", "json", "jsonl", "csv", "markdown")

    def test_q_prints_the_number_to_its_last_digit_and_nothing_else(
        self, here: Here, pair: Pair
    ) -> None:
        answer = here(*pair, "-l", "bce", "-q")
        assert answer.out == f"{answer.number!r}\n"
        assert answer.err == ""

    def test_json_holds_every_digit(self, here: Here, pair: Pair) -> None:
        quiet = here(*pair, "-l", "bce", "-q").number
        assert here(*pair, "-l", "bce", "--format", "json").values() == {
            "binary_cross_entropy": quiet
        }

    def test_jsonl_is_a_line_per_loss(self, here: Here, pair: Pair) -> None:
        answer = here(*pair, "-l", "bce,mse", "--format", "jsonl")
        lines = [json.loads(line) for line in answer.out.splitlines()]
        assert [line["loss"] for line in lines] == ["binary_cross_entropy", "mean_squared_error"]
        assert lines[0]["value"] == here(*pair, "-l", "bce", "-q").number

    def test_csv_is_a_row_per_loss(self, here: Here, pair: Pair) -> None:
        answer = here(*pair, "-l", "bce,mse", "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(answer.out)))
        assert [row["loss"] for row in rows] == ["binary_cross_entropy", "mean_squared_error"]
        assert float(rows[0]["value"]) == here(*pair, "-l", "bce", "-q").number

    def test_markdown_is_a_table(self, here: Here, pair: Pair) -> None:
        lines = here(*pair, "-l", "bce,mse", "--format", "markdown").out.splitlines()
        assert lines[0].startswith("| loss | value |")
        assert [line.count("|") for line in lines[:4]] == [lines[0].count("|")] * 4

    def test_a_table_is_for_reading(self, here: Here, pair: Pair) -> None:
        answer = here(*pair)
        assert "binary cross entropy" in answer.out
        assert "advice  bce: one probability per row" in answer.out
        assert "\x1b" not in answer.out

    def test_a_table_shows_the_steps_and_signatures_that_are_asked_for(
        self, here: Here, pair: Pair
    ) -> None:
        assert "0 and 1 only" not in here(*pair).out
        assert "0 and 1 only" in here(*pair, "--why").out
        assert "|n:3|" not in here(*pair).out
        assert "|n:3|" in here(*pair, "--signature").out

    @pytest.mark.parametrize("format", [name for name in FORMATS if name != "table"])
    def test_every_format_carries_the_signature(self, here: Here, pair: Pair, format: str) -> None:
        [result] = here(*pair, "-l", "bce", "--format", "json").json["results"]
        assert result["signature"] in here(*pair, "-l", "bce", "--format", format).out

    @pytest.mark.parametrize("columns", [40, 60, 80, 120])
    def test_a_table_keeps_to_the_screen(self, here: Here, pair: Pair, columns: int) -> None:
        answer = here(*pair, columns=columns)
        assert max(map(len, answer.out.splitlines())) <= columns

    def test_without_a_screen_nothing_is_cut(self, here: Here, pair: Pair) -> None:
        answer = here(*pair, "-l", "focal:gamma=2,alpha=0.25")
        assert "…" not in answer.out.replace(" … ", "")

    @pytest.mark.parametrize("columns", ["0", "²", "-5", "wide", ""])
    def test_a_screen_of_no_sensible_width_is_none(
        self, here: Here, pair: Pair, columns: str
    ) -> None:
        assert here(*pair, env={"COLUMNS": columns}) == here(*pair)

    def test_colour_is_as_the_environment_says(self, here: Here, pair: Pair) -> None:
        assert "\x1b[" in here(*pair, env={"FORCE_COLOR": "1"}).out
        assert "\x1b[" not in here(*pair, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).out

    def test_characters_that_the_screen_lacks_are_escaped(
        self, losscli: Program, pair: Pair
    ) -> None:
        answer = losscli(*pair, env={"PYTHONIOENCODING": "ascii"})
        assert answer.code == 0
        assert "\\u00b7" in answer.out


class TestOutputFile:
    @pytest.mark.parametrize(
        ("name", "format"),
        [
            ("r.json", "json"),
            ("r.JSON", "json"),
            ("r.jsonl", "jsonl"),
            ("r.ndjson", "jsonl"),
            ("r.csv", "csv"),
            ("r.md", "markdown"),
            ("r.txt", "table"),
        ],
    )
    def test_the_ending_chooses_the_format(
        self, here: Here, pair: Pair, tmp_path: Path, name: str, format: str
    ) -> None:
        answer = here(*pair, "-o", name)
        assert (answer.code, answer.out) == (0, "")
        written = (tmp_path / name).read_text(encoding="utf-8")
        assert written == here(*pair, "--format", format, "--signature").out
        assert answer.err == f"losscli: written to {name}\n"

    def test_unless_the_format_is_said(self, here: Here, pair: Pair, tmp_path: Path) -> None:
        assert here(*pair, "-o", "r.txt", "--format", "csv").code == 0
        assert (tmp_path / "r.txt").read_text().startswith("loss,value,")
        assert here(*pair, "-l", "bce", "--output", "r", "-q").code == 0
        assert float((tmp_path / "r").read_text()) == exactly(math.fsum(ROWS) / 3)

    def test_an_unknown_ending_is_refused_before_anything_is_read(
        self, here: Here, tmp_path: Path
    ) -> None:
        answer = here("no_such.npy", "no_such_either.npy", "-o", "r.xlsx")
        assert (answer.code, answer.out) == (2, "")
        assert "'.xlsx'" in answer.err
        assert list(tmp_path.iterdir()) == []

    def test_a_place_that_cannot_be_written(self, here: Here, pair: Pair, tmp_path: Path) -> None:
        (tmp_path / "folder.json").mkdir()
        for place in ("no/such/folder/r.json", "folder.json", "p.npy/r.json"):
            answer = here(*pair, "-o", place)
            assert (answer.code, answer.out) == (2, "")
            assert place in answer.err
        assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.json", "p.npy", "y.npy"]

    def test_an_old_file_outlives_an_error(
        self, here: Here, pair: Pair, write: Write, tmp_path: Path
    ) -> None:
        write("r.json", "old")
        assert here(pair[0], "no_such.npy", "-o", "r.json").code == 3
        assert (tmp_path / "r.json").read_text() == "old"
        assert here(*pair, "-o", "r.json").code == 0
        assert json.loads((tmp_path / "r.json").read_text())["schema"] == "losscli/1"

    def test_it_is_written_for_no_screen_in_particular(
        self, here: Here, pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        assert here(*pair, "-o", "r.txt").code == 0
        assert "\x1b" not in (tmp_path / "r.txt").read_text()


def test_scores_of_another_evaluator_are_shown_on_a_screen(here: Here, write: Write) -> None:
    write("scores.csv", "acc,id\n1,a\n0,b\n1,c\n")
    answer = here("scores.csv", "--score-col", "acc", "--higher-is-better", columns=80)
    assert answer.code == 0, answer.err
    assert "acc  0.6666667" in answer.out
    assert "advice" not in answer.out


def test_scores_of_another_evaluator_have_a_page(here: Here, write: Write) -> None:
    write("scores.csv", "acc,id\n1,a\n0,b\n1,c\n")
    answer = here("scores.csv", "--score-col", "acc", "-o", "page.html")
    assert answer.code == 0, answer.err


class TestQuiet:
    def test_says_what_was_read_and_moved_but_nothing_of_intervals(self, here: Here) -> None:
        answer = here("eval", CANCER, "-p", "prob_rf", "-l", "bce,focal", "-q")
        assert len(answer.numbers) == 2
        said = answer.err.splitlines()
        assert any("label from column label" in line for line in said)
        assert any("probabilities clipped" in line for line in said)
        assert not any("interval" in line or "tails" in line for line in said)

    def test_nothing_of_intervals_where_nothing_varies_nor_of_baselines(
        self, here: Here, write: Write
    ) -> None:
        write("t.csv", "prob,label\n" + "0.3,0\n" * 30)
        answer = here("eval", "t.csv", "-l", "bce", "-q", "--ci", "bootstrap")
        assert answer.number == exactly(-math.log(0.7))
        assert "interval" not in answer.err
        assert "baseline" not in answer.err
        assert "baseline" in here("eval", "t.csv", "-l", "bce").err

    def test_the_number_is_that_of_the_table(self, here: Here) -> None:
        words = ("eval", CANCER, *PAIRED, "-l", "bce,brier,auc")
        quiet = here(*words, "-q").numbers
        assert quiet == list(here(*words, "--format", "json").values().values())


class TestTheLineOfWhatWasRead:
    """Weights change every number: they are said beside it."""

    TABLE = "prob,label,w\n" + "".join(
        f"{0.2 + 0.5 * (k % 2) + 0.01 * k},{k % 2},{1 + k % 3}\n" for k in range(20)
    )

    def test_names_class_weights(self, here: Here, write: Write) -> None:
        write("t.csv", self.TABLE)
        words = ("eval", "t.csv", "-p", "prob", "-y", "label", "-l", "bce,brier")
        answer = here(*words, "--class-weight", "1,3")
        assert "20 rows · binary · probability · class weights 1, 3 · t.csv" in answer.out
        assert "weight" not in here(*words).out
        assert here(*words, "--class-weight", "1,3", "--format", "json").json["class_weight"] == [
            1.0,
            3.0,
        ]

    def test_names_the_weights_of_rows(self, here: Here, write: Write) -> None:
        write("t.csv", self.TABLE)
        write("w.csv", "w\n" + "2\n1\n" * 10)
        words = ("eval", "t.csv", "-p", "prob", "-y", "label", "-l", "bce")
        assert "probability · weighted by w · t.csv" in here(*words, "--weight-col", "w").out
        said = here(*words, "--weight", "w.csv")
        assert "probability · weighted by w · t.csv" in said.out, said.err

    def test_without_labels_says_that_entropy_is_no_error(self, here: Here, write: Write) -> None:
        write("p.csv", "prob\n" + "0.3\n0.7\n" * 10)
        answer = here("eval", "p.csv")
        assert answer.out.startswith("entropy")
        [said] = [line for line in answer.err.splitlines() if "no labels" in line]
        assert "how sure the predictions are, not how wrong" in said
        assert said.endswith("give labels: losscli p.csv LABEL")
