"""Rows of several files side by side: by position, or by a key in any order."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import losscli
from losscli.errors import DataError, UsageError
from losscli.inputs.assembling import open_dataset
from losscli.inputs.columns import Columns
from losscli.inputs.dataset import Dataset
from losscli.inputs.pairing import rechunked

Write = Callable[..., Path]
ID = Columns(id="id")

PRED = "id,prob\na,0.1\nb,0.2\nc,0.3\nd,0.4\n"
LABEL = "id,label\na,1\nb,2\nc,3\nd,4\n"
SHUFFLED = "id,label\nc,3\na,1\nd,4\nb,2\n"


def columns_of(dataset: Dataset, rows: int = 3) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {"pred": [], "label": [], "weight": []}
    for block in dataset.blocks(rows):
        for role, items in found.items():
            array = getattr(block, role)
            items.extend([] if array is None else array.tolist())
    return found


def failure(dataset: Dataset, rows: int = 3) -> DataError:
    with pytest.raises(DataError) as refused:
        columns_of(dataset, rows)
    return refused.value


class TestRechunked:
    @given(st.lists(st.integers(0, 7), max_size=10), st.integers(1, 9))
    def test_batches_of_any_size_give_the_same_rows(self, sizes: list[int], rows: int) -> None:
        def batches() -> Iterator[dict[str, Any]]:
            start = 0
            for size in sizes:
                yield {"a": np.arange(start, start + size), "b": np.ones((size, 2))}
                start += size

        found = [batch["a"].tolist() for batch in rechunked(batches(), rows)]
        assert [row for batch in found for row in batch] == list(range(sum(sizes)))
        assert all(len(batch) == rows for batch in found[:-1])
        assert not found or 0 < len(found[-1]) <= rows

    def test_a_source_may_use_the_memory_of_a_batch_again(self) -> None:
        def batches() -> Iterator[dict[str, Any]]:
            memory = np.zeros(3, int)
            for start in range(0, 9, 3):
                memory[:] = range(start, start + 3)
                yield {"a": memory}

        found = [batch["a"].tolist() for batch in rechunked(batches(), 4)]
        assert found == [[0, 1, 2, 3], [4, 5, 6, 7], [8]]


class TestByPosition:
    def test_the_first_row_goes_with_the_first(self, write: Write) -> None:
        found = columns_of(open_dataset(write(PRED), write(LABEL)))
        assert found == {"pred": [0.1, 0.2, 0.3, 0.4], "label": [1, 2, 3, 4], "weight": []}

    @pytest.mark.parametrize("rows", [1, 2, 3, 4, 5, 100])
    @pytest.mark.parametrize(("preds", "labels"), [(3, 4), (4, 3), (10, 3), (3, 10), (9, 3)])
    def test_files_of_different_length_are_refused_with_both_counts(
        self, write: Write, preds: int, labels: int, rows: int
    ) -> None:
        pred = write("prob\n" + "0.5\n" * preds, "p.csv")
        label = write("label\n" + "1\n" * labels, "y.csv")
        error = failure(open_dataset(pred, label), rows)
        assert str(error).startswith(f"{pred}: has {preds} rows, {label} has {labels}.")

    def test_one_row_too_many_may_be_a_header(self, write: Write) -> None:
        error = failure(open_dataset(write("prob\n1\n2\n"), write("7\n1\n2\n")))
        assert "Is a header taken for a row" in error.hint

    def test_of_three_files_the_odd_one_is_named(self, write: Write) -> None:
        weight = write("w\n1\n2\n", "w.csv")
        error = failure(open_dataset(write(PRED), write(LABEL), weight=weight))
        assert f"has 4 rows, {weight} has 2" in str(error)

    def test_keys_in_another_order_pair_the_rows_and_that_is_said(self, write: Write) -> None:
        dataset = open_dataset(write(PRED), write(SHUFFLED))
        named = open_dataset(write(PRED), write(SHUFFLED), columns=Columns(id="id"))
        assert columns_of(dataset) == columns_of(named)
        assert "rows paired by id: they stand in another order" in dataset.notes

    def test_an_order_that_changes_far_down_is_refused_with_the_flag(self, write: Write) -> None:
        rows = [f"k{row:05}" for row in range(5000)]
        moved = [*rows[:-2], rows[-1], rows[-2]]
        pred = write("id,prob\n" + "".join(f"{key},0.5\n" for key in rows))
        label = write("id,label\n" + "".join(f"{key},1\n" for key in moved))
        error = failure(open_dataset(pred, label))
        assert f"has the key 'k04998' where {label} has 'k04999'" in error.problem
        assert error.hint == "Pair them by key: --id-col id."

    def test_a_key_in_one_file_only_says_nothing(self, write: Write) -> None:
        found = columns_of(open_dataset(write(PRED), write("label\n4\n3\n2\n1\n")))
        assert found["label"] == [4, 3, 2, 1]

    def test_the_index_of_pandas_says_nothing(self, write: Write) -> None:
        """A prediction made from rows of another index is in the order of those rows."""
        index = [73, 2, 19]
        label = pd.Series([1, 0, 1], index=index, name="label").to_csv()
        pred = pd.DataFrame({"prob": [0.1, 0.2, 0.3]}).to_csv()
        assert columns_of(open_dataset(write(pred), write(label)))["label"] == [1, 0, 1]

    def test_an_error_names_the_line_of_the_roles_own_file(self, write: Write) -> None:
        label = write("\n\nlabel\n1\n2\n3\n4\n")
        error = open_dataset(write(PRED), label).error("label", 2, "is odd")
        assert (error.file, error.position, error.column) == (str(label), "line 6", "label")


class TestById:
    def test_shuffled_rows_pair_as_sorted_ones_do(self, write: Write) -> None:
        sorted_ = columns_of(open_dataset(write(PRED), write(LABEL), columns=ID))
        shuffled = columns_of(open_dataset(write(PRED), write(SHUFFLED), columns=ID))
        assert sorted_ == shuffled == columns_of(open_dataset(write(PRED), write(LABEL)))

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.permutations(range(12)), st.integers(1, 13))
    def test_any_order_and_any_block_give_the_same_pairs(
        self, write: Write, order: list[int], rows: int
    ) -> None:
        pred = write("id,prob\n" + "".join(f"{key},{key}\n" for key in range(12)))
        label = write("id,label\n" + "".join(f"{key},{key}\n" for key in order))
        dataset = open_dataset(pred, label, columns=ID)
        for _ in range(2):
            found = columns_of(dataset, rows)
            assert found["pred"] == found["label"] == list(range(12))

    def test_keys_are_text_and_not_numbers(self, write: Write) -> None:
        pred, label = (
            "id,prob\n007,0.1\n7,0.2\n10,0.3\n9,0.4\n",
            "id,label\n10,3\n7,2\n9,4\n007,1\n",
        )
        found = columns_of(open_dataset(write(pred), write(label), columns=ID))
        assert found["label"] == [1, 2, 3, 4]

    @pytest.mark.parametrize("key", ["1", "123456789012345678901", 'ünï, "x"', "nan", "None", "-1"])
    def test_any_text_is_a_key(self, write: Write, key: str) -> None:
        def table(name: str, keys: list[str]) -> str:
            return pd.DataFrame({"id": keys, name: range(1, 4)}).to_csv(index=False)

        pred, label = table("prob", [key, "y", "z"]), table("label", ["z", "y", key])
        found = columns_of(open_dataset(write(pred), write(label), columns=ID))
        assert found["label"] == [3, 2, 1]

    @pytest.mark.parametrize("rows", [1, 2, 100])
    def test_a_key_that_stands_twice_is_refused_with_both_lines(
        self, write: Write, rows: int
    ) -> None:
        twice = PRED + "b,0.5\n"
        for pred, label in ((twice, LABEL), (PRED, twice.replace("prob", "label"))):
            error = failure(open_dataset(write(pred), write(label), columns=ID), rows)
            assert error.position == "line 6"
            assert error.problem == "the key 'b' stands twice (first on line 3)"

    @pytest.mark.parametrize("rows", [1, 2, 100])
    def test_a_key_of_one_file_only_is_refused(self, write: Write, rows: int) -> None:
        pred, label = write(PRED, "p.csv"), write(LABEL.replace("b,2\n", ""), "y.csv")
        error = failure(open_dataset(pred, label, columns=ID), rows)
        assert (error.file, error.position) == (str(pred), "line 3")
        assert error.problem == f"the key 'b' is not in {label}"

    def test_keys_that_only_the_label_has_are_counted(self, write: Write) -> None:
        pred, label = write(PRED), write(SHUFFLED + "e,5\nf,6\n")
        error = failure(open_dataset(pred, label, columns=ID))
        assert (error.file, error.position) == (str(label), "line 6")
        assert error.problem == f"the key 'e' is not in {pred} (and 1 more like it)"

    def test_a_row_without_a_key_is_refused(self, write: Write) -> None:
        for text in ("id,prob\na,0.1\n,0.2\n", "id,prob\na,0.1\n  ,0.2\n"):
            pred, label = write(text), write(text.replace("prob", "label"))
            for one, two, at in ((pred, write(LABEL), pred), (write(PRED), label, label)):
                error = failure(open_dataset(one, two, columns=ID))
                assert (error.file, error.position, error.problem) == (
                    str(at),
                    "line 3",
                    "has no key",
                )

    def test_three_files_share_one_key(self, write: Write) -> None:
        weight = write("weight,id\n30,c\n10,a\n20,b\n40,d\n")
        found = columns_of(open_dataset(write(PRED), write(SHUFFLED), weight=weight, columns=ID))
        assert (found["label"], found["weight"]) == ([1, 2, 3, 4], [10, 20, 30, 40])

    def test_a_weight_column_comes_along_with_its_file(self, write: Write) -> None:
        label = write("id,label,w\nc,3,30\na,1,10\nd,4,40\nb,2,20\n")
        columns = Columns(id="id", label="label", weight="w")
        found = columns_of(open_dataset(write(PRED), label, columns=columns))
        assert found["weight"] == [10, 20, 30, 40]

    def test_an_error_names_the_line_where_the_key_stands_in_the_roles_own_file(
        self, write: Write
    ) -> None:
        pred, label = write(PRED), write(SHUFFLED)
        dataset = open_dataset(pred, label, columns=ID)
        columns_of(dataset)
        places = [
            (error.file, error.position)
            for role, row in (("pred", 0), ("label", 0), ("label", 2), ("label", 3))
            for error in [dataset.error(role, row, "is odd")]
        ]
        lines = [(pred, 2), (label, 3), (label, 2), (label, 4)]
        assert places == [(str(file), f"line {line}") for file, line in lines]

    def test_an_array_has_no_keys(self, write: Write, save: Write) -> None:
        with pytest.raises(UsageError, match=r"no named columns.*Only tables"):
            open_dataset(write(PRED), save(np.ones(4)), columns=ID)

    def test_a_key_column_that_is_not_there_is_refused(self, write: Write) -> None:
        for label in (write("key,label\na,1\n"), None):
            with pytest.raises(UsageError, match=r"no column 'idd' \(--id-col\)"):
                open_dataset(write(PRED), label, columns=Columns(id="idd"))

    def test_a_key_is_not_evaluated(self, write: Write) -> None:
        with pytest.raises(UsageError, match="column id cannot be the key and be evaluated too"):
            open_dataset(write(PRED), write(LABEL), columns=Columns(label="id", id="id"))

    def test_a_glob_that_picks_several_keys_is_refused(self, write: Write) -> None:
        with pytest.raises(UsageError, match=r"picks several columns.*: id, id2"):
            open_dataset(write("id,id2,prob\na,b,1\n"), write(LABEL), columns=Columns(id="id*"))


def test_pairs_by_key_and_by_position_agree_on_a_large_file(write: Write) -> None:
    rows = 50_000
    keys = np.random.default_rng(0).permutation(rows)
    buffer = io.StringIO()
    pd.DataFrame({"id": keys, "label": keys * 0.5}).to_csv(buffer, index=False)
    pred = write("id,prob\n" + "".join(f"{key},{key * 0.5!r}\n" for key in range(rows)))
    found = columns_of(open_dataset(pred, write(buffer.getvalue()), columns=ID), 1 << 12)
    assert found["pred"] == found["label"]


@pytest.mark.parametrize("rows", [99, 199, 200, 250])
def test_a_key_of_words_under_any_name_pairs_files_whose_first_rows_share_few_or_none(
    tmp_path: Path, rows: int
) -> None:
    names = [f"c{n * 7919 % 10007:05}" for n in range(rows)]
    pred = [f"{name},{0.005 + 0.9 * (n % 2)}" for n, name in enumerate(names)]
    label = [f"{name},{n % 2}" for n, name in enumerate(names)]
    (tmp_path / "p.csv").write_text("\n".join(["customer,guess", *pred]))
    (tmp_path / "y.csv").write_text("\n".join(["customer,churned", *label[::-1]]))
    report = losscli.evaluate(tmp_path / "p.csv", tmp_path / "y.csv")
    assert "rows paired by customer: they stand in another order" in report.notes
    assert report["bce"].value < 0.1


def test_a_key_of_words_beside_probabilities_is_no_predicted_class(tmp_path: Path) -> None:
    names = [f"c{n * 7919 % 10007:05}" for n in range(250)]
    lines = [f"{name},{0.125 + 0.75 * (n % 2)}" for n, name in enumerate(names)]
    (tmp_path / "p.csv").write_text("\n".join(["customer,guess", *lines]))
    labels = np.arange(250) % 2
    report = losscli.evaluate(tmp_path / "p.csv", labels)
    assert report["bce"].value == pytest.approx(-np.log(0.875), rel=1e-14)
