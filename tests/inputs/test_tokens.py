"""Predictions of shape (sequences, tokens, classes), as language models give them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from losscli import compare, evaluate, rows
from losscli.errors import DataError, UsageError

N, T, V = 4, 7, 11


@pytest.fixture
def tokens() -> tuple[np.ndarray, np.ndarray]:
    """Logits (n, t, v) in float32, and labels (n, t) of which some are −100."""
    rng = np.random.default_rng(5)
    label = rng.integers(0, V, (N, T))
    label[:, :2] = -100
    return rng.normal(scale=3.0, size=(N, T, V)).astype(np.float32), label


def cross_entropy(logits: np.ndarray, label: np.ndarray) -> float:
    """torch's cross_entropy(ignore_index=-100) by its definition, in float64."""
    z, y = logits.astype(np.float64).reshape(-1, V), label.ravel()
    kept = y != -100
    top = z.max(axis=1, keepdims=True)
    log_p = z - top - np.log(np.exp(z - top).sum(axis=1, keepdims=True))
    return float(-log_p[kept, y[kept]].mean())


@pytest.mark.parametrize("loss", [None, "ce", "ce:ignore_index=-100", "torch.nn.CrossEntropyLoss"])
def test_labels_of_minus_100_are_left_out_and_counted(
    tokens: tuple[np.ndarray, np.ndarray], loss: str | None
) -> None:
    report = evaluate(*tokens, loss)
    result = report["categorical_cross_entropy"]
    assert result.value == pytest.approx(cross_entropy(*tokens), rel=1e-12)
    assert (result.n, result.ignored) == (N * (T - 2), N * 2)
    assert any("8 labels ignored" in note for note in report.notes)
    assert any("4 sequences of 7 tokens, 11 classes each" in note for note in report.notes)


def test_perplexity_is_shown_beside_it(tokens: tuple[np.ndarray, np.ndarray]) -> None:
    found = evaluate(*tokens)["perplexity"].value
    assert found == pytest.approx(np.exp(cross_entropy(*tokens)), rel=1e-12)


def test_files_and_arrays_give_the_same_bits(
    tokens: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    files = [tmp_path / "z.npy", tmp_path / "y.npy"]
    for file, array in zip(files, tokens, strict=True):
        np.save(file, array)
    from_files = evaluate(*map(str, files), "ce", threads=2)["ce"].value
    assert from_files == evaluate(*tokens, "ce")["ce"].value


def test_another_mark_is_left_out_where_it_is_said(
    tokens: tuple[np.ndarray, np.ndarray],
) -> None:
    logits, label = tokens
    marked = np.where(label == -100, 255, label)
    found = evaluate(logits, marked, "ce:ignore_index=255")["ce"].value
    assert found == pytest.approx(cross_entropy(*tokens), rel=1e-12)


def test_losses_that_can_leave_no_row_out_refuse_minus_100(
    tokens: tuple[np.ndarray, np.ndarray],
) -> None:
    with pytest.raises(DataError, match="not a class index") as raised:
        evaluate(*tokens, "brier", kind="logit")
    assert "token" in str(raised.value)


@pytest.mark.parametrize("loss", ["ce", "torch.nn.CrossEntropyLoss"])
def test_torchs_layout_is_turned_and_said(
    tokens: tuple[np.ndarray, np.ndarray], loss: str, tmp_path: Path
) -> None:
    logits, label = tokens
    file = tmp_path / "z.npy"
    np.save(file, np.ascontiguousarray(logits.transpose(0, 2, 1)))
    for turned in (logits.transpose(0, 2, 1), str(file)):
        report = evaluate(turned, label, loss, threads=2)
        assert report["ce"].value == evaluate(logits, label, loss)["ce"].value
        assert any("11 classes each, the second axis" in note for note in report.notes)


def test_pixels_count_as_tokens() -> None:
    rng = np.random.default_rng(3)
    logits, label = rng.normal(size=(2, 5, 3, 4)), rng.integers(0, 5, (2, 3, 4))
    last = np.ascontiguousarray(logits.transpose(0, 2, 3, 1))
    found = evaluate(logits, label, "torch.nn.CrossEntropyLoss")["ce"]
    assert (found.n, found.value) == (24, evaluate(last, label, "ce")["ce"].value)


def test_as_many_tokens_as_classes_are_read_as_the_name_says() -> None:
    rng = np.random.default_rng(0)
    logits, label = rng.normal(size=(3, 5, 5)), rng.integers(0, 5, (3, 5))
    second = evaluate(logits, label, "torch.nn.CrossEntropyLoss")["ce"].value
    assert second == evaluate(logits.transpose(0, 2, 1), label, "ce")["ce"].value
    assert second != evaluate(logits, label, "ce")["ce"].value


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("rows_of_a_block", [1, 3, 1000])
def test_a_shift_holds_each_token_against_the_next_label(
    tokens: tuple[np.ndarray, np.ndarray],
    turned: bool,
    rows_of_a_block: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("losscli.engine.run.BLOCK_ITEMS", rows_of_a_block * V)
    logits, label = tokens
    given = logits.transpose(0, 2, 1) if turned else logits
    report = evaluate(given, label, "ce", shift=True, threads=2)
    expected = cross_entropy(logits[:, :-1], label[:, 1:])
    assert report["ce"].value == pytest.approx(expected, rel=1e-12)
    assert (report["ce"].n, report["ce"].ignored) == (N * (T - 2), N)
    assert any("each held against the next label, 24 in all" in note for note in report.notes)


def test_labels_that_the_model_would_shift_are_warned_of() -> None:
    rng = np.random.default_rng(1)
    label = rng.integers(0, V, (6, 20))
    logits = rng.normal(size=(6, 20, V))
    following = np.roll(label, -1, axis=1)
    np.put_along_axis(logits, following[:, :, None], 5.0, axis=2)
    warned = [note for note in evaluate(logits, label, "ce").notes if "--shift" in note]
    assert len(warned) == 1
    assert "WARNING: the logits fit the next label better than their own" in warned[0]
    for fine in (evaluate(logits, label, "ce", shift=True), evaluate(logits, following, "ce")):
        assert not any("--shift" in note for note in fine.notes)


def test_a_mask_of_the_labels_shape_weighs_tokens(
    tokens: tuple[np.ndarray, np.ndarray],
) -> None:
    logits, label = tokens
    mask, filled = (label != -100).astype(int), np.where(label == -100, 0, label)
    found = evaluate(logits, filled, "ce", weight=mask)["ce"].value
    assert found == pytest.approx(cross_entropy(*tokens), rel=1e-12)
    shifted = evaluate(logits, filled, "ce", weight=mask, shift=True)["ce"].value
    assert shifted == pytest.approx(cross_entropy(logits[:, :-1], label[:, 1:]), rel=1e-12)
    with pytest.raises(UsageError, match="weights of tokens have the shape of their labels"):
        evaluate(logits, filled, "ce", weight=mask[:, 1:])


@pytest.mark.parametrize("shape", [(N * T,), (N, T, 1)])
def test_labels_in_other_dimensions_are_those_of_the_tokens(
    tokens: tuple[np.ndarray, np.ndarray], shape: tuple[int, ...]
) -> None:
    logits, label = tokens
    assert evaluate(logits, label.reshape(shape), "ce")["ce"].value == (
        evaluate(logits, label, "ce")["ce"].value
    )


def test_where_every_label_is_left_out_that_is_said(tokens: tuple[np.ndarray, np.ndarray]) -> None:
    logits, label = tokens
    report = evaluate(logits, np.full_like(label, -100), "ce")
    assert np.isnan(report["ce"].value)
    assert any("every row is ignored by its label" in note for note in report.notes)


def test_a_shift_of_what_is_no_sequence_is_refused() -> None:
    with pytest.raises(UsageError, match="no arrays of tokens"):
        evaluate(np.zeros((3, 2)), np.zeros(3), "ce", shift=True)


def test_a_bad_label_of_a_shifted_token_is_named_by_its_place(
    tokens: tuple[np.ndarray, np.ndarray],
) -> None:
    logits, label = tokens
    label[2, 4] = V
    with pytest.raises(DataError, match="row 2, token 4"):
        evaluate(logits, label, "ce", shift=True)


class TestRows:
    def test_they_are_sequences_by_the_mean_over_their_tokens(
        self, tokens: tuple[np.ndarray, np.ndarray]
    ) -> None:
        logits, label = tokens
        means = [cross_entropy(z, y) for z, y in zip(logits, label, strict=True)]
        found = rows(*tokens, "ce")
        hardest = found.hardest(N)
        assert [row.row for row in hardest.rows] == sorted(range(N), key=lambda k: -means[k])
        assert [row.losses[0] for row in hardest.rows] == pytest.approx(sorted(means)[::-1])
        assert (hardest.label_columns, hardest.rows_read) == (("tokens",), N)
        assert "--tokens shows single tokens" in found.report.notes[-1]

    @pytest.mark.parametrize("rows_of_a_block", [1, 3, 1000])
    def test_sequences_that_blocks_cut_are_whole(
        self,
        tokens: tuple[np.ndarray, np.ndarray],
        rows_of_a_block: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("losscli.engine.run.BLOCK_ITEMS", rows_of_a_block * V)
        found = list(rows(*tokens, "ce").blocks())
        numbers = np.concatenate([block["row"] for block in found])
        weights = np.concatenate([block["weight"] for block in found])
        losses = np.concatenate([block["categorical_cross_entropy"] for block in found])
        assert numbers.tolist() == list(range(N))
        assert weights.tolist() == [T - 2] * N
        assert np.average(losses, weights=weights) == pytest.approx(cross_entropy(*tokens))

    def test_single_tokens_are_named_by_sequence_and_place(
        self, tokens: tuple[np.ndarray, np.ndarray]
    ) -> None:
        hardest = rows(*tokens, "ce", tokens=True).hardest(3)
        assert len(hardest.rows) == 3
        first = hardest.rows[0]
        assert first.id == f"{first.row // T}:{first.row % T}"
        assert first.losses[0] >= hardest.rows[1].losses[0]

    def test_there_are_no_tokens_in_other_data(self) -> None:
        with pytest.raises(UsageError, match="holds no tokens"):
            rows(np.array([0.1, 0.9]), np.array([0, 1]), "bce", tokens=True)


def test_losses_of_language_models_can_be_asked_for_together(
    tokens: tuple[np.ndarray, np.ndarray],
) -> None:
    report = evaluate(*tokens, "ce,perplexity")
    assert report["ce"].value == evaluate(*tokens)["ce"].value
    assert report["perplexity"].value == evaluate(*tokens)["perplexity"].value


def test_two_models_of_the_same_text_are_compared(
    tokens: tuple[np.ndarray, np.ndarray],
) -> None:
    logits, label = tokens
    rounded = logits.astype(np.float16)
    found = compare({"base": logits, "half": rounded}, label, "ce")["ce"]
    assert found.reference_value == evaluate(logits, label, "ce")["ce"].value
    assert found.value == evaluate(rounded, label, "ce")["ce"].value
    assert found.n == N * (T - 2)
