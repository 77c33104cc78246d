"""Predictions of shape (sequences, tokens, classes), as language models give them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from losscli import compare, evaluate, rows
from losscli.errors import DataError, LosscliError, UsageError

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
    assert any("8 rows ignored by their label" in note for note in report.notes)
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


def test_torchs_layout_is_named(tokens: tuple[np.ndarray, np.ndarray]) -> None:
    logits, label = tokens
    with pytest.raises(LosscliError, match=r"classes are the second axis.*transpose\(0, 2, 1\)"):
        evaluate(logits.transpose(0, 2, 1), label, "ce")


def test_as_many_tokens_as_classes_are_not_guessed_under_torchs_name() -> None:
    rng = np.random.default_rng(0)
    logits, label = rng.normal(size=(3, 5, 5)), rng.integers(0, 5, (3, 5))
    with pytest.raises(UsageError, match="which axis holds the classes"):
        evaluate(logits, label, "torch.nn.CrossEntropyLoss")
    assert evaluate(logits, label, "ce")["ce"].n == 15


def test_the_hardest_tokens_are_shown(tokens: tuple[np.ndarray, np.ndarray]) -> None:
    found = rows(*tokens, "ce").hardest(3)
    assert len(found.rows) == 3
    assert found.rows[0].losses[0] >= found.rows[1].losses[0]


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
