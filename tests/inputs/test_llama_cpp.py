"""llama.cpp's files of logits: written as perplexity.cpp writes them, read to the same numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from losscli import divergence, evaluate
from losscli.errors import DataError, UsageError

CONTEXT, CHUNKS, V = 16, 5, 11
SCORED = CONTEXT - 1 - CONTEXT // 2
RNG = np.random.default_rng(6)
TOKENS = RNG.integers(0, V, (CHUNKS, CONTEXT)).astype("<i4")
LOGITS = RNG.normal(scale=4.0, size=(CHUNKS * SCORED, V)).astype(np.float32)
LABEL = TOKENS[:, CONTEXT // 2 + 1 :].reshape(-1)


def encoded(logits: np.ndarray) -> tuple[bytes, np.ndarray]:
    """Rows as `log_softmax(n_vocab, logits, log_prob, tok)` stores them, and what they mean."""
    raw, meant = b"", []
    for row in logits:
        top = row.max()
        least = max(row.min(), np.float32(top - 16))
        log_sum = np.float32(np.log(np.exp((row - top).astype(np.float64)).sum()))
        scale = np.float32((top - least) / np.float32(65535))
        numbers = np.where(row > least, np.rint((row - least) / scale), 0).astype("<u2")
        minimum = np.float32(least - top - log_sum)
        padded = np.zeros(2 * ((len(row) + 1) // 2), "<u2")
        padded[: len(row)] = numbers
        raw += np.array([scale, minimum], "<f4").tobytes() + padded.tobytes()
        meant.append(scale * numbers.astype(np.float32) + minimum)
    return raw, np.array(meant, np.float64)


def written(path: Path, logits: np.ndarray) -> np.ndarray:
    """A file with these logits; gives the log-probabilities that it holds."""
    raw, meant = encoded(logits)
    head = np.array([CONTEXT, V, CHUNKS], "<i4").tobytes()
    path.write_bytes(b"_logits_" + head + TOKENS.tobytes() + raw)
    return meant


def test_its_perplexity_is_that_of_the_tokens_that_were_scored(tmp_path: Path) -> None:
    path = tmp_path / "base.kld"
    meant = written(path, LOGITS)
    report = evaluate(str(path), None, "perplexity", kind="log_probability", threads=2)
    cost = -meant[np.arange(len(LABEL)), LABEL]
    assert report["perplexity"].value == pytest.approx(np.exp(cost.mean()), rel=1e-12)
    assert report["perplexity"].n == CHUNKS * SCORED
    assert any("prediction from array logits; label from array tokens" in n for n in report.notes)


def test_two_of_them_part_as_the_tool_says(tmp_path: Path) -> None:
    other = LOGITS + RNG.normal(scale=0.2, size=LOGITS.shape).astype(np.float32)
    base, small = tmp_path / "base.kld", tmp_path / "q4.kld"
    p, q = written(base, LOGITS), written(small, other)
    found = divergence(str(base), str(small), f"{base}::tokens", kind="log_probability")
    # The tool leaves out tokens of a log-probability below −16.
    kl = np.where(p > -16.0, np.exp(p) * (p - q), 0.0).sum(axis=1)
    assert found["mean"].value == pytest.approx(kl.mean(), abs=1e-5)
    assert found["same top p"].value == (p.argmax(axis=1) == q.argmax(axis=1)).mean()


def test_an_error_names_the_chunk_and_its_token(tmp_path: Path) -> None:
    path = tmp_path / "base.kld"
    written(path, LOGITS)
    label = LABEL.astype(np.int64)
    label[SCORED + 2] = V
    with pytest.raises(DataError, match="class index"):
        evaluate(str(path), label, "ce", kind="log_probability")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"_logits_" + bytes(6), "its header is not all there"),
        (b"_logits_" + bytes(12), "damaged header"),
        (b"_logits_" + np.array([16, 11, 5], "<i4").tobytes() + bytes(99), "is truncated"),
    ],
)
def test_damage_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "base.kld"
    path.write_bytes(content)
    with pytest.raises(DataError, match=words):
        evaluate(str(path), None, "ce")


def test_it_holds_two_arrays(tmp_path: Path) -> None:
    path = tmp_path / "base.kld"
    written(path, LOGITS)
    with pytest.raises(UsageError, match="has no array 'probs'"):
        evaluate(f"{path}::probs", LABEL, "ce")
