"""Losses that are no mean of rows, and those of whole arrays, by brute force in 50 digits.

Each takes all rows: predictions, labels and weights as mpmath sees them, one column at a time where
a loss is made of columns.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mpmath import mp, mpf

from tests.losses.numbers import Chance, Row, average, cosine, norm

Whole = Callable[[Sequence[Any], Sequence[Any], Sequence[mpf], Mapping[str, Any]], Any]


def spread(values: Sequence[mpf], weights: Sequence[mpf]) -> mpf:
    middle = average(values, weights)
    return mp.fsum(w * (x - middle) ** 2 for x, w in zip(values, weights, strict=True))


def squares(preds: Row, labels: Row, weights: Row) -> mpf:
    rows = zip(preds, labels, weights, strict=True)
    return mp.fsum(w * (y - p) ** 2 for p, y, w in rows)


def wmape(preds: Row, labels: Row, weights: Row, params: Mapping[str, Any]) -> mpf:
    rows = list(zip(preds, labels, weights, strict=True))
    error = mp.fsum(w * abs(p - y) for p, y, w in rows)
    return error / max(mp.fsum(w * abs(y) for _, y, w in rows), mpf(params["eps"]))


def r2(preds: Row, labels: Row, weights: Row, _params: Mapping[str, Any]) -> mpf:
    return 1 - squares(preds, labels, weights) / spread(labels, weights)


def explained_variance(preds: Row, labels: Row, weights: Row, _params: Mapping[str, Any]) -> mpf:
    errors = [y - p for p, y in zip(preds, labels, strict=True)]
    return 1 - spread(errors, weights) / spread(labels, weights)


def relative_squared(preds: Row, labels: Row, weights: Row, params: Mapping[str, Any]) -> mpf:
    return squares(preds, labels, weights) / max(spread(labels, weights), mpf(params["eps"]))


def nrmse(preds: Row, labels: Row, weights: Row, params: Mapping[str, Any]) -> mpf:
    root = mp.sqrt(squares(preds, labels, weights) / mp.fsum(weights))
    size = {
        "mean": lambda: average(labels, weights),
        "range": lambda: max(labels) - min(labels),
        "std": lambda: mp.sqrt(spread(labels, weights) / mp.fsum(weights)),
        "l2": lambda: mp.sqrt(mp.fsum(w * y**2 for y, w in zip(labels, weights, strict=True))),
    }[params["normalization"]]()
    return root / size


def concordance(preds: Row, labels: Row, weights: Row, _params: Mapping[str, Any]) -> mpf:
    n = mp.fsum(weights)
    y, p = average(labels, weights), average(preds, weights)
    rows = zip(preds, labels, weights, strict=True)
    shared = mp.fsum(w * (one - p) * (other - y) for one, other, w in rows) / (n - 1)
    own = (spread(labels, weights) + spread(preds, weights)) / (n - 1)
    return 2 * shared / (own + (y - p) ** 2)


def deviance(pred: mpf, label: mpf, power: float) -> mpf:
    """Tweedie's deviance of one label."""
    p = mpf(power)
    if pred == label:
        return mpf(0)
    if p == 0:
        return (label - pred) ** 2
    if p == 1:
        return 2 * ((label * mp.log(label / pred) if label else 0) - label + pred)
    if p == 2:
        return 2 * (mp.log(pred / label) + label / pred - 1)
    return 2 * (
        max(label, mpf(0)) ** (2 - p) / ((1 - p) * (2 - p))
        - label * pred ** (1 - p) / (1 - p)
        + pred ** (2 - p) / (2 - p)
    )


def d2_tweedie(preds: Row, labels: Row, weights: Row, params: Mapping[str, Any]) -> mpf:
    middle = average(labels, weights)
    part = [deviance(p, y, params["power"]) for p, y in zip(preds, labels, strict=True)]
    whole = [deviance(middle, y, params["power"]) for y in labels]
    return 1 - average(part, weights) / average(whole, weights)


def quantile(values: Sequence[mpf], weights: Sequence[mpf], share: mpf) -> mpf:
    """Where the weights reach a share of their sum; the middle of two where they do so exactly."""
    ordered = sorted((x, w) for x, w in zip(values, weights, strict=True) if w > 0)
    goal, reached = share * mp.fsum(weights), mpf(0)
    for place, (x, w) in enumerate(ordered):
        reached += w
        if reached == goal and place + 1 < len(ordered):
            return (x + ordered[place + 1][0]) / 2
        if reached >= goal:
            return x
    return ordered[-1][0]


def median_error(preds: Row, labels: Row, weights: Row, _params: Mapping[str, Any]) -> mpf:
    return quantile([abs(p - y) for p, y in zip(preds, labels, strict=True)], weights, mpf(0.5))


def max_error(preds: Row, labels: Row, _weights: Row, _params: Mapping[str, Any]) -> mpf:
    return max(abs(p - y) for p, y in zip(preds, labels, strict=True))


def pinball(pred: mpf, label: mpf, share: mpf) -> mpf:
    return share * (label - pred) if label >= pred else (1 - share) * (pred - label)


def d2_pinball(preds: Row, labels: Row, weights: Row, params: Mapping[str, Any]) -> mpf:
    share = mpf(params.get("quantile", 0.5))
    best = quantile(labels, weights, share)
    part = [pinball(p, y, share) for p, y in zip(preds, labels, strict=True)]
    whole = [pinball(best, y, share) for y in labels]
    return 1 - average(part, weights) / average(whole, weights)


def as_shares(label: Any) -> list[mpf]:
    return list(label) if isinstance(label, list) else [1 - label, label]


def explained(losses: Row, labels: Sequence[Any], weights: Row, null: Callable[[Row], mpf]) -> mpf:
    columns = zip(*map(as_shares, labels), strict=True)
    shares = [average(list(column), weights) for column in columns]
    return 1 - average(losses, weights) / null(shares)


def d2_log_loss(
    preds: Sequence[Any], labels: Sequence[Any], weights: Row, _params: Mapping[str, Any]
) -> mpf:
    losses = [
        -mp.fsum(y * log for y, log in zip(as_shares(label), logs(pred), strict=True) if y)
        for pred, label in zip(preds, labels, strict=True)
    ]
    return explained(losses, labels, weights, lambda s: -mp.fsum(x * mp.log(x) for x in s if x))


def logs(pred: Any) -> list[mpf]:
    if isinstance(pred, Chance):
        return [pred.log_q, pred.log_p]
    return [item.log_p for item in pred]


def d2_brier(
    preds: Sequence[Any], labels: Sequence[Any], weights: Row, _params: Mapping[str, Any]
) -> mpf:
    losses = []
    for pred, label in zip(preds, labels, strict=True):
        given = [pred.q, pred.p] if isinstance(pred, Chance) else [item.p for item in pred]
        pairs = zip(given, as_shares(label), strict=True)
        losses.append(mp.fsum((p - y) ** 2 for p, y in pairs))
    return explained(losses, labels, weights, lambda s: 1 - mp.fsum(x * x for x in s))


def calibration(
    preds: Sequence[Any], labels: Sequence[Any], weights: Row, params: Mapping[str, Any]
) -> mpf:
    bins: dict[int, list[tuple[mpf, mpf, mpf]]] = {}
    for pred, label, w in zip(preds, labels, weights, strict=True):
        confidence, hit = pred.p if isinstance(pred, Chance) else None, label
        if confidence is None:
            top = max(range(len(pred)), key=lambda j: pred[j].p)
            confidence, hit = pred[top].p, mpf(label.index(max(label)) == top)
        bins.setdefault(int(mp.floor(confidence * params["n_bins"])), []).append(
            (confidence, hit, w)
        )
    total = mp.fsum(weights)
    found = []
    for rows in bins.values():
        size = mp.fsum(w for *_, w in rows)
        gap = abs(mp.fsum(w * c for c, _, w in rows) - mp.fsum(w * h for _, h, w in rows)) / size
        found.append((size / total, gap))
    if params["norm"] == "max":
        return max(gap for _, gap in found)
    if params["norm"] == "l2":
        return mp.sqrt(mp.fsum(share * gap**2 for share, gap in found))
    return mp.fsum(share * gap for share, gap in found)


def items(preds: Any, labels: Any, weights: Row) -> list[tuple[Chance, mpf, mpf]]:
    """Every item of every row with its weight."""
    found = []
    for pred, label, w in zip(preds, labels, weights, strict=True):
        one = pred if isinstance(pred, list) else [pred]
        other = label if isinstance(label, list) else [label]
        found += [(p, y, w) for p, y in zip(one, other, strict=True)]
    return found


def overlap(preds: Any, labels: Any, weights: Row) -> tuple[mpf, mpf, mpf]:
    """What is shared, what only the prediction has, what only the label has."""
    found = items(preds, labels, weights)
    return (
        mp.fsum(w * p.p * y for p, y, w in found),
        mp.fsum(w * p.p * (1 - y) for p, y, w in found),
        mp.fsum(w * p.q * y for p, y, w in found),
    )


def by_row(whole: Whole) -> Whole:
    """The same of each row on its own where `per` says so, averaged by weight."""

    def split(preds: Any, labels: Any, weights: Row, params: Mapping[str, Any]) -> mpf:
        if params["per"] != "row":
            return whole(preds, labels, weights, params)
        rows = [whole([p], [y], [mpf(1)], params) for p, y in zip(preds, labels, strict=True)]
        return average(rows, weights)

    return split


def dice(preds: Any, labels: Any, weights: Row, params: Mapping[str, Any]) -> mpf:
    both, extra, missed = overlap(preds, labels, weights)
    s = mpf(params["smooth"])
    above, below = (2 * s, 2 * s) if params["smooth_both"] else (0, s)
    return 1 - (2 * both + above) / (2 * both + extra + missed + below)


def tversky(preds: Any, labels: Any, weights: Row, params: Mapping[str, Any]) -> mpf:
    both, extra, missed = overlap(preds, labels, weights)
    s = mpf(params["smooth"])
    whole = both + mpf(params["alpha"]) * extra + mpf(params["beta"]) * missed + s
    return 1 - (both + (s if params["smooth_both"] else 0)) / whole


def jaccard(preds: Any, labels: Any, weights: Row, _params: Mapping[str, Any]) -> mpf:
    found = items(preds, labels, weights)
    either = mp.fsum(w for p, y, w in found if p or y)
    return 1 - mp.fsum(w for p, y, w in found if p and y) / either


def generalized_dice(preds: Any, labels: Any, weights: Row, params: Mapping[str, Any]) -> mpf:
    classes, s = range(len(preds[0][0])), mpf(params["smooth"])
    counts = [mp.fsum(item[c] for label in labels for item in label) for c in classes]
    weight = [1 / (count**2 + mpf(1e-7)) for count in counts]
    total = mp.fsum(weight)
    rows = []
    for pred, label in zip(preds, labels, strict=True):
        parts = []
        for c in classes:
            shares = [softmax(item)[c] for item in pred]
            both = mp.fsum(p * item[c] for p, item in zip(shares, label, strict=True))
            sizes = mp.fsum(shares) + mp.fsum(item[c] for item in label)
            parts.append((1 - (2 * both + 2 * s) / (sizes + 2 * s)) * weight[c])
        rows.append(mp.fsum(parts) / total)
    return average(rows, weights)


def softmax(row: Row) -> list[mpf]:
    powers = [mp.exp(z) for z in row]
    return [power / mp.fsum(powers) for power in powers]


def steps(preds: Row, labels: Row) -> list[tuple[mpf, mpf]]:
    """The gaps between all values in order, and the difference of the two CDFs over each."""
    values = sorted([*preds, *labels])
    return [
        (
            after - before,
            mpf(sum(x <= before for x in preds)) / len(preds)
            - mpf(sum(x <= before for x in labels)) / len(labels),
        )
        for before, after in itertools.pairwise(values)
    ]


def wasserstein(preds: Row, labels: Row, _weights: Row, _params: Mapping[str, Any]) -> mpf:
    return mp.fsum(gap * abs(apart) for gap, apart in steps(preds, labels))


def energy_distance(preds: Row, labels: Row, _weights: Row, _params: Mapping[str, Any]) -> mpf:
    """The root of 2E|X − Y| − E|X − X'| − E|Y − Y'|."""

    def apart(a: Row, b: Row) -> mpf:
        return mp.fsum(abs(x - y) for x in a for y in b) / (len(a) * len(b))

    between = 2 * apart(preds, labels)
    return mp.sqrt(between - apart(preds, preds) - apart(labels, labels))


def ntxent(preds: Any, labels: Row, _weights: Row, params: Mapping[str, Any]) -> mpf:
    t, n = mpf(params["temperature"]), range(len(preds))
    near = {(i, j): mp.exp(cosine(preds[i], preds[j]) / t) for i in n for j in n}
    terms = []
    for i in n:
        strangers = mp.fsum(near[i, j] for j in n if labels[j] != labels[i])
        friends = [j for j in n if labels[j] == labels[i] and j != i]
        terms += [mp.log1p(strangers / near[i, j]) for j in friends]
    return mp.fsum(terms) / len(terms)


def circle(preds: Any, labels: Row, weights: Row, params: Mapping[str, Any]) -> mpf:
    gamma, m, n = mpf(params["gamma"]), mpf(params["margin"]), range(len(preds))
    rows = []
    for i in n:
        far = [
            max(1 - mp.fsum(a * b for a, b in zip(preds[i], preds[j], strict=True)), mpf(0))
            for j in n
        ]
        pull = mp.fsum(
            mp.exp(-gamma * (m + far[j]) * (m - far[j]))
            for j in n
            if labels[j] == labels[i] and j != i
        )
        push = mp.fsum(
            mp.exp(gamma * max(1 + m - far[j], mpf(0)) * (1 - m - far[j]))
            for j in n
            if labels[j] != labels[i]
        )
        rows.append(mp.log1p(pull * push))
    return average(rows, weights)


def ctc(preds: Any, labels: Any, weights: Row, params: Mapping[str, Any]) -> mpf:
    """Every path through the steps that spells the label once repeats and blanks are taken out."""
    blank, rows = params["blank"], []
    if params["layout"] == "TNC":
        preds = [list(steps) for steps in zip(*preds, strict=True)]
    for logits, label in zip(preds, labels, strict=True):
        shares = [softmax(step) for step in logits]
        target = [int(item) for item in label]
        total = mpf(0)
        for path in itertools.product(range(len(logits[0])), repeat=len(logits)):
            if [c for c, _ in itertools.groupby(path) if c != blank] == target:
                total += mp.fprod(shares[t][c] for t, c in enumerate(path))
        loss = -mp.log(total)
        rows.append(loss / len(target) if params["per_target"] else loss)
    return average(rows, weights)


def auc_loss(preds: Row, labels: Row, weights: Row, _params: Mapping[str, Any]) -> mpf:
    """The share of pairs in the wrong order, ties half."""
    rows = list(zip(preds, labels, weights, strict=True))
    pairs = [(p, q, w * v) for p, y, w in rows for q, z, v in rows if y == 1 and z == 0]
    wrong = mp.fsum(w * (mpf(p < q) + mpf(p == q) / 2) for p, q, w in pairs)
    return wrong / mp.fsum(w for _, _, w in pairs)


def ap_loss(preds: Row, labels: Row, weights: Row, _params: Mapping[str, Any]) -> mpf:
    """1 − the mean, over the rows that are yes, of the precision at their score."""
    rows = list(zip(preds, labels, weights, strict=True))
    total, yes = mpf(0), mp.fsum(w * y for _, y, w in rows)
    for p, y, w in rows:
        if y == 1:
            above = [(z, v) for q, z, v in rows if q >= p]
            total += w * mp.fsum(z * v for z, v in above) / mp.fsum(v for _, v in above)
    return 1 - total / yes


def confusion(preds: Any, labels: Any, weights: Row) -> tuple[list[Any], dict[Any, mpf]]:
    """The classes, and the weight of rows that were decided (first) and are (second) so."""
    cells: dict[Any, mpf] = {}
    for p, y, w in zip(preds, labels, weights, strict=True):
        decided = max(range(len(p)), key=lambda j: p[j]) if isinstance(p, list) else int(p)
        true = max(range(len(y)), key=lambda j: y[j]) if isinstance(y, list) else int(y)
        cells[decided, true] = cells.get((decided, true), mpf(0)) + w
    return sorted({name for cell in cells for name in cell}), cells


def f1_loss(preds: Any, labels: Any, weights: Row, params: Mapping[str, Any]) -> mpf:
    if isinstance(preds[0], list) and isinstance(preds[0][0], int):
        columns = range(len(preds[0]))
        items = [([p[j] for p in preds], [y[j] for y in labels]) for j in columns]
    elif isinstance(preds[0], int):
        items = [(preds, labels)]
    else:
        classes, _ = confusion(preds, labels, weights)
        decided = [
            max(range(len(p)), key=lambda j: p[j]) if isinstance(p, list) else p for p in preds
        ]
        true = [
            max(range(len(y)), key=lambda j: y[j]) if isinstance(y, list) else y for y in labels
        ]
        items = [([d == c for d in decided], [t == c for t in true]) for c in classes]
    both = [mp.fsum(w for p, y, w in zip(*item, weights, strict=True) if p and y) for item in items]
    decided = [mp.fsum(w for p, w in zip(item[0], weights, strict=True) if p) for item in items]
    true = [mp.fsum(w for y, w in zip(item[1], weights, strict=True) if y) for item in items]
    if params["average"] == "micro":
        return 1 - 2 * mp.fsum(both) / (mp.fsum(decided) + mp.fsum(true))
    losses = [1 - 2 * b / (d + t) for b, d, t in zip(both, decided, true, strict=True)]
    shares = true if params["average"] == "weighted" else [mpf(1)] * len(losses)
    return average(losses, shares)


def balanced_error(preds: Any, labels: Any, weights: Row, _params: Mapping[str, Any]) -> mpf:
    classes, cells = confusion(preds, labels, weights)
    sizes = {c: mp.fsum(w for (_, true), w in cells.items() if true == c) for c in classes}
    return average(
        [1 - cells.get((c, c), mpf(0)) / sizes[c] for c in classes], [mpf(1)] * len(sizes)
    )


def mcc_loss(preds: Any, labels: Any, weights: Row, _params: Mapping[str, Any]) -> mpf:
    """1 − Gorodkin's correlation, by the sums over all cells of the matrix."""
    classes, cells = confusion(preds, labels, weights)

    def cell(decided: Any, true: Any) -> mpf:
        return cells.get((decided, true), mpf(0))

    above = mp.fsum(
        cell(k, k) * cell(m, n) - cell(n, k) * cell(k, m)
        for k in classes
        for m in classes
        for n in classes
    )
    n = mp.fsum(cells.values())
    decided = [mp.fsum(cell(c, t) for t in classes) for c in classes]
    true = [mp.fsum(cell(d, c) for d in classes) for c in classes]
    spread_of = [mp.sqrt(mp.fsum(x * (n - x) for x in sums)) for sums in (decided, true)]
    return 1 - above / (spread_of[0] * spread_of[1])


def per(unit: int | None, *, bits: bool = False) -> Whole:
    """Of texts: log-likelihood, then tokens, bytes, words and characters."""

    def value(preds: Any, _labels: Row, weights: Row, params: Mapping[str, Any]) -> mpf:
        units = [mpf(1) if unit is None else text[unit] for text in preds]
        costs = [-text[0] for text in preds]
        rows = list(zip(costs, units, weights, strict=True))
        if params.get("average") == "macro":
            each = [c / u / mp.log(2) if bits else mp.exp(c / u) for c, u, _ in rows]
            return average(each, weights)
        micro = mp.fsum(w * c for c, _, w in rows) / mp.fsum(w * u for _, u, w in rows)
        return micro / mp.log(2) if bits else mp.exp(micro)

    return value


# Losses of columns are averaged over them.
BY_COLUMN: dict[str, Whole] = {
    "median_absolute_error": median_error,
    "max_error": max_error,
    "r2": r2,
    "explained_variance": explained_variance,
    "relative_squared_error": relative_squared,
    "normalized_root_mean_squared_error": nrmse,
    "concordance_correlation": concordance,
    "d2_tweedie": d2_tweedie,
    "d2_pinball": d2_pinball,
    "d2_absolute_error": d2_pinball,
    "auc_loss": auc_loss,
    "average_precision_loss": ap_loss,
}

WHOLE: dict[str, Whole] = {
    **BY_COLUMN,
    "weighted_mean_absolute_percentage_error": wmape,
    "f1_loss": f1_loss,
    "token_perplexity": per(1),
    "byte_perplexity": per(2),
    "word_perplexity": per(3),
    "character_perplexity": per(4),
    "text_perplexity": per(None),
    "bits_per_byte": per(2, bits=True),
    "balanced_error_rate": balanced_error,
    "mcc_loss": mcc_loss,
    "d2_log_loss": d2_log_loss,
    "d2_brier": d2_brier,
    "calibration_error": calibration,
    "dice": by_row(dice),
    "tversky": by_row(tversky),
    "jaccard": jaccard,
    "generalized_dice": generalized_dice,
    "wasserstein_distance": wasserstein,
    "energy_distance": energy_distance,
    "ntxent": ntxent,
    "circle": circle,
    "ctc": ctc,
}

__all__ = ["BY_COLUMN", "WHOLE", "deviance", "norm", "softmax", "spread"]
