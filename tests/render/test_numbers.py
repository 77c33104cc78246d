"""Numbers as a person reads them."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from losscli.render.numbers import aligned, between, interval, number, recalibration_words, share
from losscli.stats.calibrated import ByChance
from losscli.stats.recalibrating import Recalibration
from tests.render.reports import result, taken_apart


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.07177570909570363, "0.07177571"),
        (0.0803215049, "0.08032150"),
        (0.5, "0.5"),
        (0.0, "0"),
        (1234567.8, "1234568"),
        (12345678.9, "1.234568e+07"),
        (1e-300, "1e-300"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
        (None, "—"),
    ],
)
def test_seven_digits_or_fewer_where_the_number_ends(value: float | None, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("ends", "text"),
    [
        ((0.03836073168295147, 0.1051906865084558), "[0.0384, 0.1052]"),
        ((0.0, 0.02848), "[0, 0.0285]"),
        ((2553.7, 3916.1), "[2554, 3916]"),
        ((-4.0, -2.0), "[-4.00, -2.00]"),
        ((123456.699, 123456.701), "[123456.69900, 123456.70100]"),
        ((1e9 - 1, 1e9 + 1), "[9.99999999000e+08, 1.00000000100e+09]"),
        ((9e-13, 1.1e-12), "[9.000e-13, 1.100e-12]"),
        ((0.5, 0.5), "[0.5, 0.5]"),
        ((-math.inf, math.inf), "[-inf, inf]"),
        ((math.nan, 1.0), "[nan, 1]"),
    ],
)
def test_an_interval_is_as_fine_as_its_width(ends: tuple[float, float], text: str) -> None:
    assert interval(result(interval=ends)) == text


@pytest.mark.parametrize("low", [1e-9, 1.0, 1e3, 1e6, 1e12])
@pytest.mark.parametrize("width", [1e-12, 1e-3, 1.0, 1e4])
def test_an_interval_never_looks_empty(low: float, width: float) -> None:
    if low + width == low:
        return
    ends = interval(result(interval=(low, low + width))).strip("[]").split(", ")
    assert float(ends[0]) < float(ends[1])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.8913201831672514, "89.1 %"),
        (1.0, "100.0 %"),
        (0.99996, "> 99.9 %"),
        (-0.0001, "0.0 %"),
        (-1.271, "-127.1 %"),
        (-1e7, "-1e+09 %"),
        (-math.inf, "-inf %"),
        (math.nan, "—"),
        (None, "—"),
    ],
)
def test_a_share_is_in_percent(value: float | None, text: str) -> None:
    assert share(value) == text


def test_points_stand_below_each_other_and_words_at_the_right() -> None:
    assert aligned(["3.25", "1e-05", "12", "inf", "7 losses"]) == [
        "   3.25 ",
        "   1e-05",
        "  12    ",
        "     inf",
        "7 losses",
    ]
    assert aligned([]) == []


class TestAnIntervalAboutAValue:
    @pytest.mark.parametrize(
        ("value", "ends"),
        [
            (0.0681087912, (0.0451, 0.1172)),
            (1.00000004976e-07, (1.0000000497348e-07, 1.0000000497947e-07)),
            (0.12345674, (0.123456739, 0.123456741)),
            (0.69314718056, (0.69314718055, 0.69314718057)),
            (12345678.4, (12345678.3, 12345678.5)),
            (-0.12345678, (-0.123456781, -0.123456779)),
            (0.0, (0.0, 0.0099)),
            (1.0, (0.99, 1.0)),
            (0.10049, (0.10049, 0.3)),
            (2.0, (1.0, 2.0)),
        ],
    )
    def test_holds_the_value_as_it_is_shown(self, value: float, ends: tuple[float, float]) -> None:
        text = between(ends, value)
        low, high = map(float, text.strip("[]").split(", "))
        assert low <= float(number(value)) <= high
        assert len(text) <= 30

    def test_is_as_fine_as_its_width_where_it_holds_the_value(self) -> None:
        assert between((0.0451, 0.1172), 0.0681) == "[0.0451, 0.1172]"


class TestRecalibration:
    @staticmethod
    def words(with_temperature: float, isotonic: float | None, calibration: float) -> str:
        [found] = taken_apart().results
        assert found.decomposition is not None
        made_of = replace(
            found.decomposition,
            calibration=calibration,
            calibration_by_chance=ByChance(0.03, 0.02, 0.05),
            recalibration=Recalibration(228, 0.0718, 0.77, with_temperature, isotonic),
        )
        return recalibration_words(found.changed(decomposition=made_of))

    def test_says_first_that_none_helps_and_chance_explains_it(self) -> None:
        said = self.words(0.0726, 0.1258, 0.025)
        assert said.startswith(
            "calibration is no more than what chance brings; recalibration would not help: "
            "0.0718 as it stands"
        )
        assert "0.0726 with a temperature of 0.77, 0.1258 with an isotonic curve" in said

    def test_says_first_what_helps_most(self) -> None:
        said = self.words(0.0626, 0.0558, 0.06)
        assert said.startswith(
            "calibration is beyond what chance brings; an isotonic curve would help: "
        )
        assert self.words(0.0626, None, 0.06).count("a temperature of 0.77 would help") == 1
