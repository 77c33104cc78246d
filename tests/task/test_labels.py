"""Labels as files write them, and what is said of one that does not fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from losscli.errors import UsageError
from losscli.losses.forms.categorical import Classes
from losscli.task.labels import LabelCode, Misfit, label_code
from losscli.task.profile import LabelProfile
from losscli.vocabulary import Task


def text(*words: str) -> Any:
    return np.array(words, dtype=object)


def code(
    label: Any,
    width: int = 1,
    given: tuple[str, ...] | None = None,
    columns: tuple[str, ...] | None = None,
) -> LabelCode:
    profile = LabelProfile.of(np.asarray(label), 1e-6)
    return label_code(profile, width, given=given, columns=columns)


class TestYesOrNo:
    """One label per row that says yes or no."""

    @pytest.mark.parametrize(
        ("label", "shares"),
        [
            (np.array([0, 1, 1]), [0, 1, 1]),
            (np.array([0.0, 1.0, 0.25]), [0, 1, 0.25]),
            (np.array([False, True, True]), [0, 1, 1]),
            (np.array([-1, 1, 1]), [0, 1, 1]),
            (np.array([-1.0, 1.0, -1.0]), [0, 1, 0]),
            (text("no", "yes", "yes"), [0, 1, 1]),
            (text("False", "True", "False"), [0, 1, 0]),
            (text("n", "Y", "Y"), [0, 1, 1]),
            (text("negative", "positive", "positive"), [0, 1, 1]),
            (text("0", "1", "0"), [0, 1, 0]),
            (text("yes", "yes", "yes"), [1, 1, 1]),
        ],
    )
    def test_is_read_as_a_share_of_yes(self, label: Any, shares: list[float]) -> None:
        found = code(label).encode(label, Task.BINARY)
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found, shares)

    def test_classes_say_which_word_is_the_positive_one(self) -> None:
        label = text("spam", "ham", "spam")
        for given, shares in ((("ham", "spam"), [1, 0, 1]), (("spam", "ham"), [0, 1, 0])):
            found = code(label, given=given).encode(label, Task.BINARY)
            np.testing.assert_array_equal(found, shares)

    def test_classes_may_be_numbers_other_than_0_and_1(self) -> None:
        label = np.array([1, 2, 2])
        found = code(label, given=("1", "2")).encode(label, Task.BINARY)
        np.testing.assert_array_equal(found, [0, 1, 1])

    def test_two_words_without_an_order_are_asked_about(self) -> None:
        with pytest.raises(UsageError, match="which label does the prediction speak of") as refused:
            code(text("spam", "ham"))
        assert "--classes ham,spam" in refused.value.hint
        assert "--classes spam,ham" in refused.value.hint

    def test_three_words_need_three_predictions(self) -> None:
        with pytest.raises(UsageError, match="3 different words"):
            code(text("dog", "cat", "lion"))

    @pytest.mark.parametrize(("bad", "written"), [(2, "2"), (0.5, "0.5"), (-3, "-3")])
    def test_another_number_among_signs_is_named(self, bad: float, written: str) -> None:
        label = np.array([-1.0, 1.0, 7.0 if bad == 0.5 else bad])
        with pytest.raises(Misfit) as refused:
            LabelCode(1, signs=True).encode(label, Task.BINARY)
        assert refused.value.row == 2
        assert refused.value.value == ("7" if bad == 0.5 else written)

    def test_a_number_outside_0_to_1_is_named_with_its_row(self) -> None:
        with pytest.raises(Misfit) as refused:
            LabelCode(1).encode(np.array([0.0, 1.0, 2.5, 3.0]), Task.BINARY)
        misfit = refused.value
        assert (misfit.role, misfit.row, misfit.value) == ("label", 2, "2.5")
        assert "yes-or-no" in misfit.problem
        assert "--classes" in misfit.hint

    def test_a_word_that_is_none_of_the_classes_is_named_with_its_row(self) -> None:
        with pytest.raises(Misfit) as refused:
            LabelCode(1, ("no", "yes")).encode(text("no", "yes", "maybe"), Task.BINARY)
        misfit = refused.value
        assert (misfit.row, misfit.value) == (2, "'maybe'")
        assert "no, yes" in misfit.problem

    def test_a_number_that_is_none_of_the_classes_is_named_with_its_row(self) -> None:
        with pytest.raises(Misfit) as refused:
            LabelCode(1, ("1", "2")).encode(np.array([1, 2, 3]), Task.BINARY)
        assert (refused.value.row, refused.value.value) == (2, "3")


class TestSeveralLabels:
    """Several yes-or-no labels per row."""

    def test_multi_hot_rows_stand_as_they_are(self) -> None:
        label = np.array([(1, 0, 1), (0, 0, 0)])
        found = code(label, 3).encode(label, Task.MULTILABEL)
        np.testing.assert_array_equal(found, label)

    def test_signs_become_0_and_1(self) -> None:
        label = np.array([(1, -1), (-1, -1)])
        found = code(label, 2).encode(label, Task.MULTILABEL)
        np.testing.assert_array_equal(found, [(1, 0), (0, 0)])

    def test_an_index_is_read_one_hot(self) -> None:
        found = LabelCode(3).encode(np.array([2, 0]), Task.MULTILABEL)
        np.testing.assert_array_equal(found, [(0, 0, 1), (1, 0, 0)])

    def test_a_misfit_names_its_column(self) -> None:
        with pytest.raises(Misfit) as refused:
            LabelCode(2).encode(np.array([(0, 1), (1, 4)]), Task.MULTILABEL)
        assert (refused.value.row, refused.value.column, refused.value.value) == (1, 1, "4")


class TestClasses:
    """One of several classes per row, or a share of each."""

    def encode(self, label: Any, width: int, **how: Any) -> Classes:
        found = code(label, width, **how).encode(np.asarray(label), Task.MULTICLASS)
        assert isinstance(found, Classes)
        return found

    @pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.float32, np.float64])
    def test_indices_are_taken_whatever_their_type(self, dtype: Any) -> None:
        label = np.array([0, 2, 1], dtype=dtype)
        np.testing.assert_array_equal(self.encode(label, 3).index, [0, 2, 1])

    def test_words_stand_in_the_order_of_the_columns(self) -> None:
        label = text("lion", "dog")
        found = self.encode(label, 3, columns=("dog", "cat", "lion"))
        np.testing.assert_array_equal(found.index, [2, 0])

    def test_or_in_the_order_that_the_user_gives(self) -> None:
        found = self.encode(text("lion", "dog"), 3, given=("cat", "lion", "dog"))
        np.testing.assert_array_equal(found.index, [1, 2])

    def test_numbers_may_be_the_names_of_columns(self) -> None:
        found = self.encode(np.array([30, 10]), 3, columns=("10", "20", "30"))
        np.testing.assert_array_equal(found.index, [2, 0])

    def test_words_that_match_no_column_are_asked_about(self) -> None:
        with pytest.raises(UsageError, match="do not match the prediction columns") as refused:
            code(text("dog", "cat"), 3, columns=("0", "1", "2"))
        assert "--classes" in refused.value.hint

    def test_as_many_classes_must_be_given_as_there_are_columns(self) -> None:
        with pytest.raises(UsageError, match="names 2 classes; the prediction has 3"):
            code(text("dog", "cat"), 3, given=("dog", "cat"))

    @pytest.mark.parametrize(
        ("bad", "written"), [(3, "3"), (-1, "-1"), (1.5, "1.5"), (1e300, "1e+300")]
    )
    def test_an_index_outside_the_classes_is_named(self, bad: float, written: str) -> None:
        with pytest.raises(Misfit) as refused:
            LabelCode(3).encode(np.array([0.0, 2.0, bad]), Task.MULTICLASS)
        misfit = refused.value
        assert (misfit.role, misfit.row, misfit.value) == ("label", 2, written)
        assert "0 to 2" in misfit.problem

    def test_shares_stand_as_they_are(self) -> None:
        rows = np.array([(0.2, 0.3, 0.5), (1.0, 0.0, 0.0)])
        found = self.encode(rows, 3)
        np.testing.assert_array_equal(found.share(3), rows)
        np.testing.assert_array_equal(found.most(), [2, 0])

    def test_a_negative_share_is_named(self) -> None:
        with pytest.raises(Misfit) as refused:
            LabelCode(2).encode(np.array([(0.5, 0.5), (1.1, -0.1)]), Task.DISTRIBUTION)
        assert (refused.value.row, refused.value.column, refused.value.value) == (1, 1, "-0.1")

    def test_an_index_and_its_one_hot_row_say_the_same(self) -> None:
        by_index = Classes(index=np.array([2, 0]))
        one_hot = Classes(rows=by_index.share(3))
        np.testing.assert_array_equal(one_hot.share(3), [(0, 0, 1), (1, 0, 0)])
        np.testing.assert_array_equal(one_hot.most(), by_index.most())


def test_real_labels_stand_as_they_are() -> None:
    found = LabelCode(1).encode(np.array([3, -1], dtype=np.int32), Task.REGRESSION)
    np.testing.assert_array_equal(found, [3.0, -1.0])
    assert found.dtype == np.float64


def test_words_are_no_real_numbers() -> None:
    with pytest.raises(Misfit, match="is not a number") as refused:
        LabelCode(1).encode(text("high", "low"), Task.REGRESSION)
    assert refused.value.value == "'high'"
