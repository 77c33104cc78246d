"""The loss of sequences without an alignment (CTC)."""

from __future__ import annotations

import math
from types import MappingProxyType

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.loss import Example, Labels, Loss, Name, Param, Reading, Shape
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Kind, Task


def alignment_error(
    pred: Array,
    label: Array,
    *,
    input_lengths: Array | None,
    target_lengths: Array | None,
    logit_paddings: Array | None,
    label_paddings: Array | None,
    blank: int,
    layout: str,
    per_target: bool,
) -> Array:
    """−log of the probability of all alignments of a label sequence, in nats, per sequence.

    `pred` holds logits, (n, t, c) or (t, n, c) by `layout`; `label` class indices (n, s). With
    `per_target` each loss is divided by the length of its label. Lengths may be given as such or
    as paddings (1 where there is nothing); without either, everything counts.
    """
    logits = pred if layout == "NTC" else pred.transpose(1, 0, 2)
    input_lengths = lengths_of(input_lengths, logit_paddings, logits)
    target_lengths = lengths_of(target_lengths, label_paddings, label)
    losses = [
        _one(
            log_softmax(logits[i, : int(input_lengths[i])]),
            label[i, : int(target_lengths[i])].astype(np.intp),
            blank,
        )
        for i in range(len(logits))
    ]
    result = np.array(losses)
    return result / np.maximum(target_lengths, 1.0) if per_target else result


def _reached(emitted: Array, skips: Array, places: int) -> Array:
    """The log-probability of being at each place after each step, (t, places)."""
    reached = np.full((len(emitted), places), -np.inf)
    reached[0, :2] = emitted[0, :2]
    for t in range(1, len(emitted)):
        before = reached[t - 1]
        one = np.concatenate([[-np.inf], before[:-1]])
        two = np.concatenate([[-np.inf, -np.inf], before[:-2]])[:places]
        step = np.logaddexp(np.logaddexp(before, one), np.where(skips, two, -np.inf))
        reached[t] = step + emitted[t]
    return reached


def _share_of_alignments(log_p: Array, target: np.ndarray, blank: int) -> Array:
    """The share of the probability of all alignments in each class at each step, (t, c)."""
    extended = np.full(2 * len(target) + 1, blank)
    extended[1::2] = target
    skips = np.zeros(len(extended), bool)
    skips[2:] = (extended[2:] != blank) & (extended[2:] != extended[:-2])
    emitted = log_p[:, extended]
    ahead = _reached(emitted, skips, len(extended))
    # Read from its end, an alignment skips the blank before the item that it came from.
    skips_back = np.zeros(len(extended), bool)
    skips_back[2:] = skips[::-1][:-2]
    back = _reached(emitted[::-1, ::-1], skips_back, len(extended))[::-1, ::-1]
    through = ahead + back - emitted
    total = np.logaddexp.reduce(ahead[-1, -2:])
    shares = np.zeros_like(log_p)
    passed = np.exp(through - total) if math.isfinite(total) else np.full(through.shape, math.nan)
    for place, kind in enumerate(extended):
        shares[:, kind] += passed[:, place]
    return shares


def alignment_error_gradient(
    pred: Array,
    label: Array,
    upstream: Array,
    *,
    input_lengths: Array | None,
    target_lengths: Array | None,
    logit_paddings: Array | None,
    label_paddings: Array | None,
    blank: int,
    layout: str,
    per_target: bool,
) -> Array:
    """softmax(z) less the share of the alignments that pass each class at each step.

    Steps beyond a sequence's length do not count. NaN where no alignment is possible.
    """
    logits = pred if layout == "NTC" else pred.transpose(1, 0, 2)
    steps = lengths_of(input_lengths, logit_paddings, logits)
    items = lengths_of(target_lengths, label_paddings, label)
    weight = upstream / np.maximum(items, 1.0) if per_target else upstream
    slope = np.zeros_like(logits)
    for i in range(len(logits)):
        log_p = log_softmax(logits[i, : int(steps[i])])
        target = label[i, : int(items[i])].astype(np.intp)
        passed = _share_of_alignments(log_p, target, blank)
        slope[i, : len(log_p)] = weight[i] * (np.exp(log_p) - passed)
    return slope if layout == "NTC" else slope.transpose(1, 0, 2)


def lengths_of(lengths: Array | None, paddings: Array | None, items: Array) -> Array:
    """The length of each sequence, (n,): as given, by its paddings, or all there is."""
    if lengths is not None:
        return lengths
    if paddings is not None:
        return np.asarray((1.0 - paddings).sum(axis=1))
    return np.full(len(items), float(items.shape[1]))


def log_softmax(logits: Array) -> Array:
    """Log-probabilities of the classes on the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def _one(log_p: Array, target: Array, blank: int) -> float:
    """The forward recursion over the label with blanks between its items (Graves et al. 2006)."""
    extended = np.full(2 * len(target) + 1, blank)
    extended[1::2] = target
    may_skip = np.zeros(len(extended), bool)
    may_skip[2:] = (extended[2:] != blank) & (extended[2:] != extended[:-2])
    alpha = np.full(len(extended), -np.inf)
    alpha[:2] = log_p[0, extended[:2]]
    for row in log_p[1:]:
        one_back = np.concatenate([[-np.inf], alpha[:-1]])
        two_back = np.concatenate([[-np.inf, -np.inf], alpha[:-2]])[: len(alpha)]
        skipped = np.where(may_skip, two_back, -np.inf)
        alpha = np.logaddexp(np.logaddexp(alpha, one_back), skipped) + row[extended]
    ends = alpha[-2:] if len(alpha) > 1 else alpha
    return -float(np.logaddexp.reduce(ends))


CTC = Loss(
    id="ctc",
    title="connectionist temporal classification",
    family="sequence",
    aliases=("ctc_loss",),
    names={
        "torch": (Name("ctc_loss"), Name("CTCLoss")),
        "optax": (Name("ctc_loss"),),
    },
    params={
        "blank": Param(0, "the class that stands for nothing", minimum=0),
        "layout": Param("NTC", "the dimensions of the prediction", choices=("NTC", "TNC")),
        "per_target": Param(False, "divide each loss by the length of its label"),
    },
    readings=(
        Reading(
            alignment_error,
            Form.VALUE,
            Labels.REAL,
            (Task.SEQUENCE,),
            shape=Shape.WHOLE,
            paired=False,
            kinds=(Kind.LOGIT,),
            inputs=MappingProxyType(
                {
                    "input_lengths": "steps of each sequence",
                    "target_lengths": "items of each label",
                    "logit_paddings": "1 for steps that do not count",
                    "label_paddings": "1 for items that do not count",
                }
            ),
            optional_inputs=frozenset(
                ("input_lengths", "target_lengths", "logit_paddings", "label_paddings")
            ),
            gradient=alignment_error_gradient,
        ),
    ),
    formula="−mean log Σ over alignments Πₜ p(classₜ)",
    derivative="∂/∂z = softmax(z) − share of the alignments that pass the class at the step",
    derivative_says="Prediction less label once more, the label being spread over all alignments "
    "by how likely they are.",
    summary="The surprise at a label sequence, whichever way it is aligned to the steps.",
    when="Speech or handwriting: labels are shorter than the input and their places unknown.",
    reference="Graves et al. 2006, ICML; PyTorch 2.13 ctc_loss",
    example=Example(
        (((2.0, 0.5, 0.1), (0.3, 1.5, 0.2), (1.0, 0.2, 0.9)),),
        ((1, 2),),
        Kind.LOGIT,
        Task.SEQUENCE,
        MappingProxyType({"input_lengths": (3,), "target_lengths": (2,)}),
        MappingProxyType({"layout": "NTC"}),
    ),
    unit="nats",
    zero_at_perfect=False,
    featured=False,
)
