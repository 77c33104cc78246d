"""The formulas of all losses once more, in 50-digit arithmetic and without a thought for speed.

Those that are means of rows take one row: a real prediction as a number, a yes-or-no prediction as
a `Chance`, a distribution as a list of them; a class label as its list of shares; named inputs
follow. They give the loss of the row, a list of those of its elements, or a `Near` value where the
formula is a difference that cancels. All others are in tests.losses.whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mpmath import mp, mpf

from tests.losses.forecasts import FORECASTS
from tests.losses.numbers import Chance, Near, Row, cosine, dot, norm, product
from tests.losses.whole import WHOLE, deviance, pinball, softmax

Params = Mapping[str, Any]


def smooth(label: Any, params: Params) -> Any:
    """The label mixed with the uniform distribution over its classes."""
    s = mpf(params["label_smoothing"])
    if isinstance(label, list):
        return [y * (1 - s) + s / len(label) for y in label]
    return label * (1 - s) + s / 2


def squared_error(pred: mpf, label: mpf, _params: Params) -> mpf:
    return (pred - label) ** 2


def absolute_error(pred: mpf, label: mpf, params: Params) -> mpf:
    return less(abs(pred - label), params)


def less(error: mpf, params: Params) -> mpf:
    """An absolute error less `delta`."""
    delta = mpf(params["delta"])
    if not delta:
        return error
    return Near(max(error - delta, mpf(0)), max(error, delta))


def huber(pred: mpf, label: mpf, params: Params) -> mpf:
    d, delta = abs(pred - label), mpf(params["delta"])
    return d**2 / 2 if d <= delta else delta * (d - delta / 2)


def log_cosh(pred: mpf, label: mpf, _params: Params) -> mpf:
    return mp.log1p(2 * mp.sinh((pred - label) / 2) ** 2)


def binary_cross_entropy(pred: Chance, label: mpf, params: Params) -> mpf:
    y = smooth(label, params)
    return -product(mpf(params["pos_weight"]) * y, pred.log_p) - product(1 - y, pred.log_q)


def binary_focal(pred: Chance, label: mpf, params: Params) -> mpf:
    y, gamma, alpha = smooth(label, params), mpf(params["gamma"]), params["alpha"]
    weight = 1 if alpha is None else y * mpf(alpha) + (1 - y) * (1 - mpf(alpha))
    fading = weight * (y * pred.q + (1 - y) * pred.p) ** gamma
    return -product(fading * y, pred.log_p) - product(fading * (1 - y), pred.log_q)


def hinge(pred: mpf, label: mpf, _params: Params) -> mpf:
    return max(mpf(0), 1 - (2 * label - 1) * pred)


def categorical_cross_entropy(pred: list[Chance], label: list[mpf], params: Params) -> mpf:
    y = smooth(label, params)
    return -mp.fsum(product(y[j], item.log_p) for j, item in enumerate(pred))


def categorical_focal(pred: list[Chance], label: list[mpf], params: Params) -> mpf:
    y, gamma = smooth(label, params), mpf(params["gamma"])
    alpha = 1 if params["alpha"] is None else mpf(params["alpha"])
    return -mp.fsum(
        product(alpha * y[j] * item.q**gamma, item.log_p) for j, item in enumerate(pred)
    )


def brier(pred: Any, label: Any, params: Params) -> mpf:
    half = params["scale_by_half"]
    if isinstance(pred, Chance):
        return squared_chance(pred, label) * (2 if half == "false" else 1)
    rows = zip(pred, label, strict=True)
    return mp.fsum(squared_chance(item, y) for item, y in rows) / (2 if half == "true" else 1)


def squared_chance(pred: Chance, label: mpf) -> mpf:
    return pred.q**2 if label == 1 else (pred.p - label) ** 2


def zero_one(pred: int, label: Any, _params: Params) -> mpf:
    truth = label.index(max(label)) if isinstance(label, list) else label
    return mpf(pred != truth)


def entropy(pred: Any, _label: None, params: Params) -> mpf:
    if isinstance(pred, Chance):
        nats = -product(pred.p, pred.log_p) - product(pred.q, pred.log_q)
        return nats / mp.log(params["base"])
    return -mp.fsum(product(item.p, item.log_p) for item in pred) / mp.log(params["base"])


def cross_entropy(pred: list[Chance], label: list[mpf], params: Params) -> mpf:
    terms = (product(y, item.log_p) for item, y in zip(pred, label, strict=True))
    return -mp.fsum(terms) / mp.log(params["base"])


def kl_divergence(pred: list[Chance], label: list[mpf], params: Params) -> mpf:
    certain = mp.fsum(product(y, mp.log(y)) for y in label) / mp.log(params["base"])
    return cross_entropy(pred, label, params) + certain


def js_divergence(pred: list[Chance], label: list[mpf], params: Params) -> mpf:
    total = mpf(0)
    for item, y in zip(pred, label, strict=True):
        middle = (item.p + y) / 2
        total += product(y, mp.log(y / middle) if y else 0)
        total += product(item.p, mp.log(item.p / middle) if item.p else 0)
    return total / 2 / mp.log(params["base"])


def js_distance(pred: list[Chance], label: list[mpf], params: Params) -> mpf:
    return mp.sqrt(js_divergence(pred, label, params))


def half_squared_error(pred: mpf, label: mpf, _params: Params) -> mpf:
    return (pred - label) ** 2 / 2


def smooth_l1(pred: mpf, label: mpf, params: Params) -> mpf:
    d, beta = abs(pred - label), mpf(params["beta"])
    return d**2 / (2 * beta) if d < beta else d - beta / 2


def pinball_error(pred: Any, label: mpf, params: Params) -> Any:
    if isinstance(pred, (list, tuple)):
        return [pinball_error(each, label, params) for each in pred]
    share = mpf(params["quantile"])
    d = label - pred
    size = less(abs(d), params)
    if isinstance(size, Near):
        weight = share if d >= 0 else 1 - share
        return Near(weight * size.value, weight * size.size)
    return pinball(pred, label, share)


def expectile_error(pred: mpf, label: mpf, params: Params) -> mpf:
    share = mpf(params["expectile"])
    return (share if label >= pred else 1 - share) * (pred - label) ** 2


def fair(pred: mpf, label: mpf, params: Params) -> mpf:
    c = mpf(params["c"])
    x = abs(pred - label) / c
    return c**2 * (x - mp.log1p(x))


def linex(pred: mpf, label: mpf, params: Params) -> mpf:
    x = mpf(params["a"]) * (pred - label)
    return mp.exp(x) - x - 1


def pseudo_huber(pred: mpf, label: mpf, params: Params) -> mpf:
    delta = mpf(params["delta"])
    return delta**2 * (mp.sqrt(1 + ((pred - label) / delta) ** 2) - 1)


def gamma_likelihood(pred: mpf, label: mpf, params: Params) -> Near:
    mean = max(pred, mpf(params["floor"]))
    return Near(label / mean + mp.log(mean), label / mean + abs(mp.log(mean)))


def tweedie_likelihood(pred: mpf, label: mpf, params: Params) -> mpf:
    mean, power = max(pred, mpf(params["floor"])), mpf(params["power"])
    return label * mean ** (1 - power) / (power - 1) + mean ** (2 - power) / (2 - power)


def lq(pred: mpf, label: mpf, params: Params) -> mpf:
    return abs(pred - label) ** mpf(params["q"])


def percentage(pred: mpf, label: mpf, params: Params) -> mpf:
    return mpf(params["scale"]) * abs(pred - label) / max(abs(label), mpf(params["eps"]))


def symmetric_percentage(pred: mpf, label: mpf, params: Params) -> mpf:
    size = max(abs(pred) + abs(label), mpf(params["eps"]))
    return mpf(params["scale"]) * 2 * abs(pred - label) / size


def squared_percentage(pred: mpf, label: mpf, params: Params) -> mpf:
    return ((pred - label) / max(abs(label), mpf(params["eps"]))) ** 2


def squared_log(pred: mpf, label: mpf, params: Params) -> mpf:
    if params["floor"] is not None:
        pred, label = max(pred, mpf(params["floor"])), max(label, mpf(params["floor"]))
    return (mp.log1p(pred) - mp.log1p(label)) ** 2


def poisson(pred: mpf, label: mpf, params: Params) -> Near:
    eps = mpf(params["eps"])
    if params["log_input"]:
        terms = [mp.exp(pred), -label * pred]
    else:
        pred = max(pred, mpf(params["floor"]))
        terms = [pred, -product(label, mp.log(pred + eps))]
        # The sum inside the logarithm is rounded.
        terms += [label, -label] if eps else []
    if params["full"] and label > 1:
        terms += [label * mp.log(label), -label, mp.log(2 * mp.pi * label) / 2]
    if params["log_factorial"]:
        terms += [mp.loggamma(label + 1)]
    return Near.sum_of(*terms)


def poisson_deviance(pred: mpf, label: mpf, _params: Params) -> mpf:
    return deviance(pred, label, 1.0)


def gamma_deviance(pred: mpf, label: mpf, params: Params) -> mpf:
    # The sums are float64's.
    mean, seen = float(pred) + params["pred_eps"], float(label) + params["label_eps"]
    return deviance(mpf(mean), mpf(seen), 2.0)


def tweedie(pred: mpf, label: mpf, params: Params) -> mpf:
    return deviance(pred, label, params["power"])


def guarded_cosine(pred: Row, label: Row, params: Params) -> Near:
    eps = mpf(params["eps"])
    size = max(norm(pred), eps) * max(norm(label), eps)
    return Near(
        dot(pred, label) / size,
        mp.fsum(abs(a * b) for a, b in zip(pred, label, strict=True)) / size,
    )


def cosine_distance(pred: Row, label: Row, params: Params) -> Near:
    found = guarded_cosine(pred, label, params)
    return Near(1 - found.value, 1 + found.size)


def negative_cosine(pred: Row, label: Row, params: Params) -> Near:
    found = guarded_cosine(pred, label, params)
    return Near(-found.value, found.size)


def minkowski(pred: mpf, label: mpf, params: Params) -> mpf:
    return abs(pred - label) ** mpf(params["p"])


def signed(pred: mpf, label: mpf) -> mpf:
    return (2 * label - 1) * pred


def squared_hinge(pred: mpf, label: mpf, params: Params) -> mpf:
    return hinge(pred, label, params) ** 2


def perceptron(pred: mpf, label: mpf, _params: Params) -> mpf:
    return max(mpf(0), -signed(pred, label))


def soft_margin(pred: mpf, label: mpf, _params: Params) -> mpf:
    return mp.log1p(mp.exp(-signed(pred, label)))


def sparsemax(pred: mpf, label: mpf, _params: Params) -> mpf:
    x = -signed(pred, label)
    return mpf(0) if x <= -1 else x if x >= 1 else (x + 1) ** 2 / 4


def place(label: Row) -> int:
    return label.index(max(label))


def others(row: Row, true: int) -> list[mpf]:
    return [z for j, z in enumerate(row) if j != true]


def multiclass_hinge(pred: Row, label: Row, params: Params) -> Any:
    true = place(label)
    if params["mode"] == "one-vs-all":
        found = [max(mpf(0), 1 - (z if j == true else -z)) for j, z in enumerate(pred)]
    else:
        found = [max(mpf(0), 1 + max(others(pred, true)) - pred[true])]
    if params["squared"]:
        found = [short**2 for short in found]
    return found


def categorical_hinge(pred: Row, label: Row, _params: Params) -> mpf:
    other = max((1 - y) * z for z, y in zip(pred, label, strict=True))
    return max(mpf(0), 1 + other - dot(pred, label))


def multi_margin(pred: Row, label: Row, params: Params) -> mpf:
    true = place(label)
    short = [max(mpf(0), mpf(params["margin"]) - pred[true] + z) for z in others(pred, true)]
    return mp.fsum(one ** params["p"] for one in short) / len(pred)


def multiclass_perceptron(pred: Row, label: Row, _params: Params) -> mpf:
    return max(pred) - pred[place(label)]


def multiclass_sparsemax(pred: Row, label: Row, _params: Params) -> Near:
    """½‖y − z‖² − ½‖sparsemax(z) − z‖², its definition as a Fenchel–Young loss."""
    with mp.workdps(700):
        return sparsemax_of(pred, label)


def sparsemax_of(pred: Row, label: Row) -> Near:
    z = [one - max(pred) for one in pred]
    ordered = sorted(z, reverse=True)
    size = max(k for k in range(1, len(z) + 1) if 1 + k * ordered[k - 1] > mp.fsum(ordered[:k]))
    threshold = (mp.fsum(ordered[:size]) - 1) / size
    projected = [max(one - threshold, mpf(0)) for one in z]

    def distance(point: Row) -> mpf:
        return mp.fsum((a - b) ** 2 for a, b in zip(point, z, strict=True)) / 2

    # It is zero at the margin, as a difference of numbers of the size of 1.
    return Near(distance(label) - distance(projected), 1 + abs(z[place(label)]))


def item_cross_entropy(pred: Any, label: Any, _params: Params) -> mpf:
    return -product(label, pred.log_p) - product(1 - label, pred.log_q)


def multilabel_margin(pred: Row, label: Row, _params: Params) -> mpf:
    own = [int(y) for y in label]
    own = own[: next((i for i, y in enumerate(own) if y < 0), len(own))]
    rest = [z for j, z in enumerate(pred) if j not in own]
    return mp.fsum(max(mpf(0), 1 - (pred[i] - z)) for i in own for z in rest) / len(pred)


def log_likelihood(pred: list[Chance], label: list[mpf], _params: Params) -> mpf:
    return -mp.fsum(product(y, item.log_p) for item, y in zip(pred, label, strict=True))


def generalized_cross_entropy(pred: list[Chance], label: list[mpf], params: Params) -> mpf:
    q = mpf(params["q"])
    return -mp.expm1(-q * log_likelihood(pred, label, params)) / q


def poly(pred: list[Chance], label: list[mpf], params: Params) -> Near:
    missing = mp.fsum(y * item.q for item, y in zip(pred, label, strict=True))
    return Near.sum_of(log_likelihood(pred, label, params), mpf(params["epsilon"]) * missing)


def generalized_kl(pred: list[Chance], label: list[mpf], _params: Params) -> mpf:
    return mp.fsum(
        (mp.inf if item.p == 0 else y * mp.log(y / item.p)) - y + item.p if y else item.p
        for item, y in zip(pred, label, strict=True)
    )


def ranked_probability(pred: list[Chance], label: list[mpf], _params: Params) -> mpf:
    sure = max(label) == 1
    gaps = [-p.q if sure and y == 1 else p.p - y for p, y in zip(pred, label, strict=True)]
    return mp.fsum(mp.fsum(gaps[: k + 1]) ** 2 for k in range(len(gaps)))


def ranked_logarithmic(pred: list[Chance], label: list[mpf], _params: Params) -> Any:
    """What each question "this class or below?" costs, by the probability of the true answer."""
    total = size = mpf(0)
    for k in range(1, len(pred)):
        below, above = mp.fsum(item.p for item in pred[:k]), mp.fsum(item.p for item in pred[k:])
        reached = mp.fsum(label[:k])
        if reached in (0, 1):
            right, wrong = (below, above) if reached == 1 else (above, below)
            term = -mp.log1p(-wrong) if wrong < 0.5 else -mp.log(right)
            size += term
        else:
            right = abs(below + reached - 1)
            term = -mp.log(right)
            size += abs(term) + (1 / right if right else 0)
        total += term
    return Near(total, size)


def softmax_ranking(pred: list[Chance], label: Row, _params: Params) -> mpf:
    return -mp.fsum(product(y, item.log_p) for item, y in zip(pred, label, strict=True))


def coverage(pred: Row, label: Row, _params: Params) -> mpf:
    lowest = min((z for z, y in zip(pred, label, strict=True) if y > 0), default=mp.inf)
    return mpf(sum(z >= lowest for z in pred))


def label_ranking(pred: Row, label: Row, _params: Params) -> mpf:
    yes = [z for z, y in zip(pred, label, strict=True) if y > 0]
    no = [z for z, y in zip(pred, label, strict=True) if y <= 0]
    wrong = sum(a <= b for a in yes for b in no)
    return mpf(wrong) / max(len(yes) * len(no), 1)


def dcg(pred: Row, label: Row, params: Params) -> mpf:
    """The mean over the orders of tied items is that of the discounts that they share."""
    ranks = range(params["k"] or len(pred))
    total = mpf(0)
    for place, (z, y) in enumerate(zip(pred, label, strict=True)):
        y = 2**y - 1 if params["gain"] == "exponential" else y
        first = sum(other > z for other in pred)
        tied = range(first, first + sum(other == z for other in pred))
        if params["ignore_ties"]:
            ahead = pred[:place] if params["earlier_first"] else pred[place + 1 :]
            first += sum(other == z for other in ahead)
            tied = range(first, first + 1)
        shared = mp.fsum(1 / mp.log(r + 2, 2) for r in tied if r in ranks) / len(tied)
        total += y * shared
    return total


def ndcg(pred: Row, label: Row, params: Params) -> mpf:
    best = dcg(label, label, params)
    return dcg(pred, label, params) / best if best > 0 else mpf(params["empty"])


def scaled_absolute(pred: mpf, label: mpf, params: Params) -> mpf:
    return abs(pred - label) / mpf(params["naive"])


def scaled_squared(pred: mpf, label: mpf, params: Params) -> mpf:
    return (pred - label) ** 2 / mpf(params["naive"])


def hinge_embedding(pred: mpf, label: mpf, params: Params) -> mpf:
    return pred if label == 1 else max(mpf(0), mpf(params["margin"]) - pred)


def margin_ranking(pred: mpf, label: mpf, params: Params, *, x2: mpf) -> Near:
    ahead = signed(pred - x2, label)
    margin = mpf(params["margin"])
    return Near(max(mpf(0), margin - ahead), margin + abs(ahead))


def cosine_embedding(pred: Row, label: mpf, params: Params, *, x2: Row) -> Near:
    found = cosine(pred, x2)
    return Near(1 - found if label == 1 else max(mpf(0), found - mpf(params["margin"])), mpf(2))


def triplet(pred: Row, _label: None, params: Params, *, positive: Row, negative: Row) -> Near:
    p, eps = mpf(params["p"]), mpf(params["eps"])

    def distance(a: Row, b: Row) -> mpf:
        inside, outside = (0, eps) if params["eps_in"] == "root" else (eps, 0)
        powers = [abs(x - y + inside) ** p for x, y in zip(a, b, strict=True)]
        return (mp.fsum(powers) + outside) ** (1 / p)

    near, far = distance(pred, positive), distance(pred, negative)
    if params["swap"]:
        far = min(far, distance(positive, negative))
    margin = mpf(params["margin"])
    return Near(max(mpf(0), margin + near - far), margin + near + far)


def class_overlap(pred: Any, label: Any) -> list[tuple[mpf, mpf, mpf]]:
    """What is shared, only predicted and only labelled, class by class."""
    if len(pred[0]) == 1:
        shares = [[1 / (1 + mp.exp(-item[0]))] for item in pred]
    else:
        shares = [softmax(item) for item in pred]
    pairs = [list(zip(p, y, strict=True)) for p, y in zip(shares, label, strict=True)]
    return [
        (
            mp.fsum(p * y for p, y in column),
            mp.fsum(p * (1 - y) for p, y in column),
            mp.fsum((1 - p) * y for p, y in column),
        )
        for column in zip(*pairs, strict=True)
    ]


def class_tversky(pred: Any, label: Any, params: Params) -> mpf:
    alpha, beta = mpf(params.get("alpha", 0.5)), mpf(params.get("beta", 0.5))
    s = mpf(params["smooth"])
    found = [
        1 - (both + s) / (both + alpha * extra + beta * missed + s)
        for both, extra, missed in class_overlap(pred, label)
    ]
    return mp.fsum(found) / len(found)


def dice_score(pred: Any, label: Any, params: Params) -> mpf:
    both = [dot(p, y) for p, y in zip(pred, label, strict=True)]
    sizes = [mp.fsum(p) + mp.fsum(y) for p, y in zip(pred, label, strict=True)]
    if params["average"] == "micro":
        return 2 * mp.fsum(both) / mp.fsum(sizes)
    found = [2 * b / size for b, size in zip(both, sizes, strict=True) if size]
    return mp.fsum(found) / len(found)


# One row of a loss that is a mean (or sum) of rows.
ROWS: dict[str, Callable[..., Any]] = {
    "mean_squared_error": squared_error,
    "root_mean_squared_error": squared_error,
    "sum_squared_error": squared_error,
    "mean_absolute_error": absolute_error,
    "huber": huber,
    "log_cosh": log_cosh,
    "half_squared_error": half_squared_error,
    "smooth_l1": smooth_l1,
    "pinball": pinball_error,
    "expectile": expectile_error,
    "fair": fair,
    "linex": linex,
    "lq": lq,
    "pseudo_huber": pseudo_huber,
    "gamma_nll": gamma_likelihood,
    "tweedie_nll": tweedie_likelihood,
    "mean_absolute_percentage_error": percentage,
    "symmetric_mean_absolute_percentage_error": symmetric_percentage,
    "root_mean_squared_percentage_error": squared_percentage,
    "mean_squared_log_error": squared_log,
    "root_mean_squared_log_error": squared_log,
    "poisson_nll": poisson,
    "poisson_deviance": poisson_deviance,
    "gamma_deviance": gamma_deviance,
    "tweedie_deviance": tweedie,
    "cosine_distance": cosine_distance,
    "cosine_similarity_loss": negative_cosine,
    "cosine_similarity": guarded_cosine,
    "minkowski_distance": minkowski,
    "binary_cross_entropy": binary_cross_entropy,
    "binary_focal": binary_focal,
    "hinge": hinge,
    "squared_hinge": squared_hinge,
    "perceptron": perceptron,
    "soft_margin": soft_margin,
    "sparsemax": sparsemax,
    "multiclass_hinge": multiclass_hinge,
    "categorical_hinge": categorical_hinge,
    "multi_margin": multi_margin,
    "multiclass_perceptron": multiclass_perceptron,
    "multiclass_sparsemax": multiclass_sparsemax,
    "multilabel_soft_margin": item_cross_entropy,
    "multilabel_margin": multilabel_margin,
    "categorical_cross_entropy": categorical_cross_entropy,
    "categorical_focal": categorical_focal,
    "nll": log_likelihood,
    "generalized_cross_entropy": generalized_cross_entropy,
    "poly_cross_entropy": poly,
    "one_vs_all_cross_entropy": item_cross_entropy,
    "perplexity": log_likelihood,
    "brier": brier,
    "zero_one": zero_one,
    "hamming": zero_one,
    "entropy": entropy,
    "cross_entropy_distribution": cross_entropy,
    "kl_divergence": kl_divergence,
    "generalized_kl_divergence": generalized_kl,
    "jensen_shannon_divergence": js_divergence,
    "jensen_shannon_distance": js_distance,
    "ranked_probability_score": ranked_probability,
    "ranked_logarithmic_score": ranked_logarithmic,
    "softmax_ranking": softmax_ranking,
    "coverage_error": coverage,
    "label_ranking_loss": label_ranking,
    "dcg": dcg,
    "ndcg": ndcg,
    "mean_absolute_scaled_error": scaled_absolute,
    "root_mean_squared_scaled_error": scaled_squared,
    "hinge_embedding": hinge_embedding,
    "margin_ranking": margin_ranking,
    "cosine_embedding": cosine_embedding,
    "triplet_margin": triplet,
    "dice": class_tversky,
    "tversky": class_tversky,
    "dice_score": dice_score,
    **FORECASTS,
}

# Those that are a function of all rows, Dice and Tversky losses of one mask among them.
REFERENCE: dict[str, Callable[..., Any]] = {**WHOLE, **ROWS}


def mean(rows: Sequence[mpf], _params: Params) -> mpf:
    return mp.fsum(rows) / len(rows)


def root(rows: Sequence[mpf], params: Params) -> mpf:
    return mp.sqrt(mean(rows, params))


# How the rows of a loss come to one number, where that is not their mean.
FINISH: dict[str, Callable[[Sequence[mpf], Params], mpf]] = {
    "root_mean_squared_error": lambda rows, params: mp.sqrt(mean(rows, params) + params["eps"]),
    "root_mean_squared_percentage_error": root,
    "root_mean_squared_log_error": root,
    "root_mean_squared_scaled_error": root,
    "sum_squared_error": lambda rows, _params: mp.fsum(rows) / 2,
    "cross_entropy_distribution": lambda rows, _params: mp.fsum(rows),
    "minkowski_distance": lambda rows, params: mp.fsum(rows) ** (1 / mpf(params["p"])),
    "perplexity": lambda rows, params: mp.exp(mean(rows, params)),
}
