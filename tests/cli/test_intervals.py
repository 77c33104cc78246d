"""`losscli eval --ci`: how intervals are found."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cli.program import SAMPLES, Here, Write

DIABETES = SAMPLES / "diabetes.csv"


def test_an_interval_is_corrected_for_skewness_by_default(here: Here) -> None:
    results = here("eval", DIABETES, "-l", "mse,r2", "--format", "json").json["results"]
    for result in results:
        assert result["interval_method"]["name"] == "skewness-corrected t"
        low, high = result["interval"]
        assert low < result["value"] < high
    # Squares are skewed to the right.
    low, high = results[0]["interval"]
    assert high - results[0]["value"] > results[0]["value"] - low


def test_a_mean_may_have_a_normal_interval(here: Here) -> None:
    command = ("eval", DIABETES, "-l", "mse", "--ci", "normal", "--format", "json")
    [result] = here(*command).json["results"]
    assert result["interval_method"]["name"] == "normal"
    half = 1.959963984540054 * result["standard_error"]
    assert result["interval"] == pytest.approx([result["value"] - half, result["value"] + half])


def test_none_leaves_it_out(here: Here) -> None:
    answer = here("eval", DIABETES, "-l", "mse", "--ci", "none", "--format", "json")
    [result] = answer.json["results"]
    assert (result["interval"], result["interval_method"]) == (None, None)


def test_a_bootstrap_says_how_it_was_done(here: Here) -> None:
    answer = here("eval", DIABETES, "-l", "mse,r2", "--ci", "bootstrap", "--seed", "3")
    assert answer.code == 0
    assert "bootstrap-t, 2,000 resamples of rows, seed 3: mean squared error" in answer.err
    assert "BCa bootstrap, 2,000 resamples of rows, seed 3: R²" in answer.err


def test_what_cannot_be_resampled_is_named(here: Here) -> None:
    answer = here("eval", DIABETES, "-l", "mse,medae", "--ci", "bootstrap", "--format", "json")
    intervals = {result["loss"]: result["interval"] for result in answer.json["results"]}
    assert intervals["median_absolute_error"] is None
    assert intervals["mean_squared_error"] is not None
    assert "no interval for median absolute error" in answer.err


def test_it_reaches_no_further_than_the_loss_can(here: Here, write: Write) -> None:
    pred = write("p.npy", [0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.1])
    label = write("y.npy", [1, 1, 1, 1, 1, 1, 1, 1])
    answer = here("eval", pred, label, "-l", "zero_one", "--ci", "bootstrap", "--format", "json")
    low, high = answer.json["results"][0]["interval"]
    assert 0.0 <= low <= high <= 1.0


def test_the_same_seed_gives_the_same_interval_of_the_same_numbers_in_any_file(
    here: Here, write: Write
) -> None:
    numbers = [(place * 37 % 101) / 101 for place in range(5000)]
    labels = [place * 53 % 7 % 2 for place in range(5000)]
    lines = "".join(f"{p!r},{y}\n" for p, y in zip(numbers, labels, strict=True))
    pair = (write("p.npy", numbers), write("y.npy", labels))
    table = write("t.csv", f"prob,label\n{lines}")
    words = ("-l", "bce", "--ci", "bootstrap", "--format", "json")
    one, two = here("eval", *pair, *words).json, here("eval", table, *words).json
    assert one["results"][0]["interval"] == two["results"][0]["interval"]
    assert one["results"][0]["interval_method"]["units"] == "4,096 random groups of rows"


def test_threads_change_nothing(here: Here, write: Write) -> None:
    numbers = np.cos(np.arange(1 << 20)) ** 2
    pair = (write("p.npy", numbers), write("y.npy", np.roll(numbers, 1) > 0.5))
    words = ("eval", *pair, "-l", "bce,ece", "--ci", "bootstrap", "--resamples", "100", "--format")
    one, three = (here(*words, "json", "--threads", threads) for threads in ("1", "3"))
    assert one.json == three.json


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--ci", "jackknife"), "there is no 'jackknife'"),
        (("--ci", "bootstrap", "--resamples", "many"), "not a whole number"),
        (("--ci", "bootstrap", "--seed", str(1 << 63)), "not a whole number from 0"),
    ],
)
def test_what_makes_no_sense_is_refused(here: Here, words: tuple[str, ...], said: str) -> None:
    answer = here("eval", str(DIABETES), *words)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
