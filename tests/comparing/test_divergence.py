"""Two models of the same text, against the formulas of llama.cpp's perplexity tool in float64."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import losscli
from losscli.errors import DataError, UsageError

N, T, V = 3, 50, 40
RNG = np.random.default_rng(4)
BASE = RNG.normal(scale=3.0, size=(N, T, V))
OTHER = BASE + RNG.normal(scale=0.3, size=BASE.shape)
LABEL = RNG.integers(0, V, (N, T))
LABEL[1, :7] = -100
KEPT = LABEL.ravel() != -100


def log_softmax(logits: np.ndarray) -> np.ndarray:
    rows = logits.reshape(-1, V)[KEPT]
    top = rows.max(axis=1, keepdims=True)
    return rows - top - np.log(np.exp(rows - top).sum(axis=1, keepdims=True))


def mean_and_uncertainty(values: np.ndarray) -> tuple[float, float]:
    """As perplexity.cpp has it: of sums and sums of squares."""
    count = len(values)
    mean = values.sum() / count
    return mean, np.sqrt(((values**2).sum() / count - mean * mean) / (count - 1))


def percentile(values: np.ndarray, fraction: float) -> float:
    """As perplexity.cpp has it."""
    ordered = np.sort(values)
    place = fraction * (len(ordered) - 1)
    whole = int(place)
    rest = place - whole
    return (1 - rest) * ordered[whole] + rest * ordered[min(whole + 1, len(ordered) - 1)]


P, Q = log_softmax(BASE), log_softmax(OTHER)
TRUE = LABEL.ravel()[KEPT]
NLL_BASE, NLL = (-each[np.arange(len(TRUE)), TRUE] for each in (P, Q))
KLD = (np.exp(P) * (P - Q)).sum(axis=1)
P_DIFF = np.exp(-NLL) - np.exp(-NLL_BASE)


def expected() -> dict[str, tuple[float, float | None]]:
    log_ppl, unc = mean_and_uncertainty(NLL)
    log_base, base_unc = mean_and_uncertainty(NLL_BASE)
    count = len(NLL)
    covariance = ((NLL * NLL_BASE).sum() / count - NLL.mean() * NLL_BASE.mean()) / (count - 1)
    ratio = log_ppl - log_base
    ratio_unc = np.sqrt(unc**2 + base_unc**2 - 2 * covariance)
    ppl, ppl_base = np.exp(log_ppl), np.exp(log_base)
    ppl_unc, ppl_base_unc = ppl * unc, ppl_base * base_unc
    difference = np.sqrt(ppl_unc**2 + ppl_base_unc**2 - 2 * ppl * ppl_base * covariance)
    mse, mse_unc = mean_and_uncertainty(P_DIFF**2)
    same = (P.argmax(axis=1) == Q.argmax(axis=1)).mean()
    return {
        "PPL(Q)": (ppl, ppl_unc),
        "PPL(base)": (ppl_base, ppl_base_unc),
        "cor(ln PPL(Q), ln PPL(base))": (covariance / (unc * base_unc), None),
        "ln(PPL(Q)/PPL(base))": (ratio, ratio_unc),
        "PPL(Q)/PPL(base)": (np.exp(ratio), np.exp(ratio) * ratio_unc),
        "PPL(Q)-PPL(base)": (ppl - ppl_base, difference),
        "mean": mean_and_uncertainty(KLD),
        "maximum": (KLD.max(), None),
        "99.0 %": (percentile(KLD, 0.99), None),
        "median": (percentile(KLD, 0.5), None),
        "5.0 %": (percentile(KLD, 0.05), None),
        "minimum": (KLD.min(), None),
        "mean Δp": mean_and_uncertainty(P_DIFF),
        "75.0 % Δp": (percentile(P_DIFF, 0.75), None),
        "RMS Δp": (np.sqrt(mse), 0.5 / np.sqrt(mse) * mse_unc),
        "same top p": (same, np.sqrt(same * (1 - same) / (count - 1))),
    }


@pytest.mark.parametrize("name", expected())
def test_each_number_is_that_of_the_formula(name: str) -> None:
    found = losscli.divergence(BASE, OTHER, LABEL)[name]
    value, error = expected()[name]
    assert found.value == pytest.approx(value, rel=1e-9)
    assert found.error == (None if error is None else pytest.approx(error, rel=1e-6))


def test_tokens_without_a_label_are_left_out_and_counted() -> None:
    found = losscli.divergence(BASE, OTHER, LABEL)
    assert (found.tokens, found.ignored) == (N * T - 7, 7)


@pytest.mark.parametrize("rows_of_a_block", [1, 7, 1000])
def test_files_and_threads_change_no_bit(
    tmp_path: Path, rows_of_a_block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("losscli.engine.run.BLOCK_ITEMS", rows_of_a_block * V)
    whole = losscli.divergence(BASE, OTHER, LABEL, threads=1)
    files = []
    for name, array in (("base", BASE), ("other", OTHER), ("label", LABEL)):
        files.append(str(tmp_path / f"{name}.npy"))
        np.save(files[-1], array)
    found = losscli.divergence(*files, threads=3)
    assert found.models == ("base", "other")
    for part in ("perplexity", "kl", "probability"):
        assert getattr(found, part) == getattr(whole, part)


def test_a_model_does_not_part_from_itself() -> None:
    found = losscli.divergence(BASE, BASE, LABEL)
    assert found["mean"].value == found["maximum"].value == found["RMS Δp"].value == 0.0
    assert found["same top p"].value == found["PPL(Q)/PPL(base)"].value == 1.0


def test_a_shift_and_probabilities_are_read_as_evaluate_reads_them() -> None:
    shifted = losscli.divergence(BASE, OTHER, LABEL, shift=True)
    ce = losscli.evaluate(OTHER, LABEL, "perplexity", shift=True)["perplexity"]
    assert shifted["PPL(Q)"].value == pytest.approx(ce.value, rel=1e-12)
    assert shifted.tokens == ce.n


@pytest.mark.parametrize(
    ("models", "words"),
    [((BASE,), "of two models, not of 1"), ((BASE, OTHER, OTHER), "of two models, not of 3")],
)
def test_it_is_of_two_models(models: tuple[np.ndarray, ...], words: str) -> None:
    from losscli.comparing.divergence import divergence_of
    from losscli.evaluating.options import Options

    with pytest.raises(UsageError, match=words):
        divergence_of(models, LABEL, Options())


def test_models_of_other_vocabularies_are_refused() -> None:
    with pytest.raises(DataError, match="items per row"):
        losscli.divergence(BASE, OTHER[:, :, 1:], LABEL)


def test_a_number_that_is_none_is_named_by_its_file(tmp_path: Path) -> None:
    other = OTHER.copy()
    other[2, 5, 3] = np.nan
    path = tmp_path / "q4.npy"
    np.save(path, other)
    with pytest.raises(DataError, match=r"q4\.npy, row 2, token 5"):
        losscli.divergence(BASE, str(path), LABEL)


def test_it_is_plain_data_for_json() -> None:
    found = losscli.divergence(BASE, OTHER, LABEL)
    document = json.loads(json.dumps(found.to_dict()))
    assert document["schema"] == "losscli/1"
    assert document["kl"][0] == {
        "name": "mean",
        "value": found["mean"].value,
        "error": found["mean"].error,
    }


def test_without_labels_the_models_are_compared_with_each_other_alone() -> None:
    every = losscli.divergence(BASE, OTHER)
    labelled = losscli.divergence(BASE, OTHER, np.maximum(LABEL, 0))
    assert every.kl == labelled.kl
    assert (every.tokens, every.ignored, every.perplexity) == (N * T, 0, ())
    assert every.probability == (labelled["same top p"],)
    assert any("no labels" in note for note in every.notes)


def test_without_labels_probabilities_are_clipped_as_with_them() -> None:
    base, other = np.array([[0.5, 0.5], [0.2, 0.8]]), np.array([[1.0, 0.0], [0.2, 0.8]])
    assert losscli.divergence(base, other).kl == losscli.divergence(base, other, [0, 1]).kl


def test_without_labels_classes_are_the_last_axis_or_torchs(tmp_path: Path) -> None:
    turned = [np.ascontiguousarray(each.transpose(0, 2, 1)) for each in (BASE, OTHER)]
    assert losscli.divergence(*turned, like="torch").kl == losscli.divergence(BASE, OTHER).kl
    np.savez(tmp_path / "base.npz", predictions=BASE, label_ids=LABEL)
    np.savez(tmp_path / "alone.npz", predictions=BASE, hidden=BASE, attention=LABEL)
    assert losscli.divergence(str(tmp_path / "base.npz"), OTHER).ignored == 7
    assert losscli.divergence(str(tmp_path / "alone.npz"), OTHER).perplexity == ()


def test_without_labels_there_is_nothing_to_shift() -> None:
    with pytest.raises(UsageError, match="no labels to hold the logits against"):
        losscli.divergence(BASE, OTHER, shift=True)


def test_no_token_with_a_label_is_refused() -> None:
    with pytest.raises(UsageError, match="no token has a label"):
        losscli.divergence(BASE, OTHER, np.full((N, T), -100))
