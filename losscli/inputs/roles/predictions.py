"""The rules by which columns are taken for the prediction, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from losscli.errors import Choice, UsageError
from losscli.inputs.columns import Table
from losscli.inputs.evidence.looks import Look
from losscli.inputs.evidence.words import BESIDE, Says, says
from losscli.inputs.evidence.words import item as item_of
from losscli.inputs.findings import listed
from losscli.inputs.names import PRED_NAMES, PRED_PREFIXES, stem
from losscli.inputs.roles.asking import ambiguous, flags
from losscli.inputs.roles.groups import after_classes, numbered, prefixed, quantiles, sum_to_one
from losscli.inputs.roles.models import comparison, several_models
from losscli.inputs.roles.state import BY_NAME, Found, State

# What the items of a loss are called, and what the names of their columns say.
_ITEM_SAYS = {
    "mean": Says.MEAN,
    "mu": Says.MEAN,
    "loc": Says.MEAN,
    "location": Says.MEAN,
    "std": Says.SCALE,
    "sigma": Says.SCALE,
    "scale": Says.SCALE,
    "variance": Says.VARIANCE,
    "var": Says.VARIANCE,
    "lower": Says.LOWER,
    "upper": Says.UPPER,
}
# Items of a forecast that a mean is seldom without, and the loss that reads both.
_SPREADS = ((Says.SCALE, "crps_normal"), (Says.VARIANCE, "gaussian_nll"))


def find_prediction(state: State) -> Found | None:
    """The columns of the prediction; None where only the looks of columns can tell.

    Raises UsageError where several readings fit, or none does.
    """
    for rule in _RULES:
        if found := rule(state):
            return found
    rest = state.unnamed()
    if not rest:
        table = state.table
        raise UsageError(
            f"{table.file} has no column of numbers that could be a prediction",
            hint=f"It has: {listed(table.columns)}. Name one: --pred-col NAME.",
        )
    if state.label:
        raise _ask(state, rest)
    return None


# More words than these name rows rather than classes.
_MOST_CLASSES = 100
# So many probabilities that are none below a half are no chance, where both classes occur.
_FEWEST_SURE = 8


def check_confidence(state: State) -> None:
    """Raise UsageError where the prediction is how sure a predicted class is, not a probability.

    Some tools write the class and the probability of that class, as Hugging Face's pipelines write
    `label` and `score`: it is never below one part of as many classes as there are, whereas the
    classes beside it are all of them.
    """
    if len(state.pred) != 1 or state.columns.pred:
        return
    table = state.table
    look = table.look(state.pred[0])
    if not look.fractional or not look.in_unit:
        return
    classes = table.look(state.label[0]).words if len(state.label) == 1 else frozenset()
    beside = (*state.free, *sorted(state.apart - {*state.pred, *state.label}))
    for place in (*beside, *(() if state.columns.label else state.label)):
        look_beside = table.look(place)
        several = len(look_beside.words)
        if several < 2 or min(look.numbers) * several < 1.0:
            continue
        if place in state.label or not state.label:
            # Words that no row repeats name the rows.
            classes_of_it = several <= _MOST_CLASSES and not look_beside.unique
            classes_of_it &= len(look.numbers) >= _FEWEST_SURE
        else:
            classes_of_it = look_beside.words == classes
        hard = look_beside.text
        if table.says(place) is Says.PREDICTION and place not in state.label:
            # Whole classes beside a probability are what was decided by it.
            hard |= _is_hard(look_beside)
        if table.says(place) is Says.HARD_CLASS or (hard and classes_of_it):
            raise _how_sure(state, place)


def _how_sure(state: State, hard: int) -> UsageError:
    """The error that a prediction is how sure the class in the column `hard` is."""
    table = state.table
    score, name = table.columns[state.pred[0]], table.columns[hard]
    several = len(table.look(hard).words)
    least, holds = ("0.5", "both") if several == 2 else (f"1/{several}", f"all {several}")
    truth = [place for place in state.label if place != hard]
    of = f" of {table.columns[truth[0]]}" if truth else ""
    error = (
        f"{table.file}: {score} is never below {least}, and {name} holds {holds} classes: it seems "
        f"to be how sure {name} is, not the probability of one class{of}"
    )
    choices = []
    if truth or not state.want_label:
        choices.append(Choice(flags(table, "--pred-col", [hard]), "the classes, right or wrong"))
    if several == 2:
        choices.append(
            Choice(flags(table, "--pred-col", state.pred), "the probability of one class after all")
        )
        hint = (
            f"Write the probability of the positive class: 1 − {score} where {name} is the other."
        )
    else:
        hint = "Write a column for each class."
    return UsageError(error, hint=hint, choices=choices)


def _items_of_the_loss(state: State) -> Found | None:
    """The columns named after the items that the loss takes, such as mean and std, in its order."""
    for wanted in state.wanted.items:
        found = []
        for item in wanted:
            exact = [p for p in state.free if state.table.columns[p].lower() == item.lower()]
            said = _ITEM_SAYS.get(item.lower())
            near = [p for p in state.free if said and item_of(state.table.columns[p]) is said]
            if said is Says.MEAN and not near:
                near = state.saying(Says.PREDICTION)
            found += (exact or near)[:1] if len(exact or near) == 1 else []
        if len(found) == len(wanted) > 1:
            names = " and ".join(wanted)
            return Found(tuple(found), f"named {names}", "what the loss takes")
    return None


def _classes_of_the_labels(state: State) -> Found | None:
    """The columns whose names, or endings, are the classes that the labels speak of."""
    if len(state.label) != 1:
        return None
    table = state.table
    words = table.look(state.label[0]).words
    places = after_classes(table, state.numeric(), words)
    if not places:
        return None
    whole = tuple(place for place in places if table.columns[place] in words)
    seen = "the classes of the labels" if whole else "endings that are the labels' classes"
    return Found(tuple(places), seen, "one column per class", shown=whole)


def _quantiles(state: State) -> Found | None:
    """The columns whose names state levels, unless another goes by a prediction's name."""
    places = quantiles(state.table, state.numeric())
    others = [reading for reading in _named_readings(state) if not set(reading) <= {*places}]
    if not places or (others and not state.wanted.quantiles):
        return None
    return Found(places, "levels in their names", "quantiles of one forecast")


def _class_beside_its_confidence(state: State) -> Found | None:
    """The one column of predicted words, where single numbers cannot be chances of many classes."""
    if len(state.label) != 1:
        return None
    table = state.table
    label = table.look(state.label[0])
    hard = [c for c in state.free if c in table.text and table.look(c).words <= label.words]
    hard = [c for c in hard if table.says(c) in (Says.PREDICTION, Says.HARD_CLASS)]
    single = all(len(reading) == 1 for reading in _named_readings(state))
    if not label.text or len(label.words) < 3 or len(hard) != 1 or not single:
        return None
    return Found((hard[0],), "words as the label's", "the predicted class")


def _by_name(state: State) -> Found | None:
    """The one column, or group of columns, that goes by a prediction's name."""
    readings = _named_readings(state)
    if len(readings) == 1:
        return Found(readings[0], BY_NAME, "the prediction")
    return _softest(state, readings) if readings else None


def _hard_class(state: State) -> Found | None:
    """The one column that is called a predicted class, or a prediction and holds words."""
    hard = state.saying(Says.HARD_CLASS)
    hard += [place for place in state.saying(Says.PREDICTION) if place in state.table.text]
    return Found((hard[0],), BY_NAME, "the predicted class") if len(hard) == 1 else None


def _members(state: State) -> Found | None:
    """The one group of numbered columns, where the loss reads the members of an ensemble."""
    if not state.wanted.members:
        return None
    groups = numbered(state.table, state.unnamed())
    if len(groups) != 1 or set(groups[0]) != set(state.unnamed()):
        return None
    return Found(groups[0], "numbered alike", "members of an ensemble")


def _alone_beside_the_key(state: State) -> Found | None:
    """The only column of a file of predictions, whatever it is called."""
    if state.want_label or state.unnamed() or len(state.free) != 1:
        return None
    return Found((state.free[0],), "the only column that is no key", "the prediction")


def _all_numbers(state: State) -> Found | None:
    """All numbers of a file whose labels stand elsewhere, but those that count the rows."""
    rest = state.unnamed()
    if state.want_label or not rest:
        return None
    others = [place for place in rest if not state.counts(place)]
    left = [place for place in rest if place not in others]
    return Found(tuple(others or rest), claims=state.counting(left) if others else ())


def _left_beside_the_label(state: State) -> Found | None:
    """The one column of numbers that is left beside a label, or shares of classes."""
    rest = state.unnamed()
    if not state.label or not rest:
        return None
    if any(state.table.says(place) in (*BESIDE, Says.MEAN) for place in rest):
        # A mean and a spread are a forecast together, which some losses alone read.
        return None
    others = [place for place in rest if not state.counts(place)] if len(rest) > 1 else rest
    left = [place for place in rest if place not in others]
    if len(others or rest) == 1:
        places = tuple(others or rest)
        said = state.table.look(places[0]).said()
        claims = state.counting(left) if others else ()
        return Found(places, said, "left beside the label", claims=claims)
    if sum_to_one(state.table, others):
        return Found(tuple(others), "rows that sum to 1", "probabilities of classes")
    return None


_RULES: tuple[Callable[[State], Found | None], ...] = (
    _items_of_the_loss,
    _classes_of_the_labels,
    _quantiles,
    _class_beside_its_confidence,
    _by_name,
    _hard_class,
    _members,
    _alone_beside_the_key,
    _all_numbers,
    _left_beside_the_label,
)


def _named_readings(state: State) -> list[tuple[int, ...]]:
    """The columns, or groups of columns, that go by a prediction's name."""
    table = state.table
    others = (*BESIDE, Says.HARD_CLASS)
    numeric = [place for place in state.numeric() if table.says(place) not in others]
    groups = [
        group
        for group in prefixed(table, numeric, PRED_PREFIXES)
        if len(group) > 1
        or (
            stem(table.columns[group[0]], PRED_PREFIXES) is not None
            and table.columns[group[0]].lower() not in PRED_NAMES
            and table.says(group[0]) in (Says.PREDICTION, None)
        )
    ]
    if len(state.label) == 1 and table.look(state.label[0]).fractional:
        # Of one real value, columns that differ by words are several models.
        groups = [g for g in groups if len(g) == 1 or g in numbered(table, g)]
    groups = [group for group in groups if len(group) == 1 or _one_forecast(table, group)]
    if len(state.label) == 1:
        groups = [g for g in groups if len(g) == 1 or not several_models(table, g, state.label[0])]
    grouped = {place for group in groups for place in group}
    single: list[tuple[int, ...]] = [
        (place,)
        for place in numeric
        if place not in grouped
        and (table.says(place) is Says.PREDICTION or table.columns[place].lower() in PRED_NAMES)
    ]
    # Of the fields of one object, `output.prob` is called a prediction and `output.tokens` is not.
    called = [(place,) for (place,) in single if says(table.columns[place].rpartition(".")[2])]
    return (called if len(called) == 1 and not groups else single) + groups


def _one_forecast(table: Table, group: Sequence[int]) -> bool:
    """Whether columns of one prefix can be of one kind, such as a probability per class."""
    looks = [table.look(place) for place in group]
    shares = [look.fractional and look.in_unit for look in looks]
    amounts = [look.whole and max(look.numbers) > 1 for look in looks]
    return not (any(shares) and any(amounts))


def _softest(state: State, readings: Sequence[tuple[int, ...]]) -> Found:
    """Of several predictions the one that is no hard class. Raises UsageError for several."""
    table = state.table
    hard = [
        reading for reading in readings if len(reading) == 1 and _is_hard(table.look(reading[0]))
    ]
    soft = [reading for reading in readings if reading not in hard]
    labels = [table.look(place) for place in state.label]
    yes_or_no = not labels or all(look.text or look.whole for look in labels if look.values)
    if hard and len(soft) == 1 and yes_or_no:
        names = table.named([place for reading in hard for place in reading])
        return Found(soft[0], f"{names} holds whole classes beside it", "the prediction")
    shares = [reading for reading in soft if sum_to_one(table, reading)]
    if len(shares) == 1 and all(
        len(reading) == len(shares[0]) and _decide_alike(table, reading, shares[0])
        for reading in soft
    ):
        return Found(shares[0], "rows that sum to 1, beside scores of the same", "probabilities")
    soft.sort(key=lambda reading: reading not in shares)
    apart = comparison(table, soft) if state.label else []
    raise ambiguous(table, "prediction", "--pred-col", [*soft, *hard], besides=apart)


def _decide_alike(table: Table, one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether in each of the first rows the same place of both groups has the largest number."""

    def decided(group: Sequence[int]) -> list[int]:
        rows = zip(*(table.look(place).numbers for place in group), strict=False)
        return [row.index(max(row)) for row in rows]

    return decided(one) == decided(other)


def _is_hard(look: Look) -> bool:
    """Whether a column holds classes, few different whole numbers, and no probabilities."""
    return look.whole and len(look.words) <= max(2, len(look.values) // 3)


def _ask(state: State, rest: Sequence[int]) -> UsageError:
    """The error that names what could be the prediction: groups of columns, then single ones."""
    table = state.table
    likely = sorted(rest, key=lambda place: not table.look(place).fractional)
    others = [place for place in likely if not state.counts(place)] if len(likely) > 1 else likely
    groups = numbered(table, rest)
    alone = [place for place in others or likely if table.says(place) not in BESIDE]
    singles = [(place,) for place in alone or likely]
    readings = [*groups, *singles]
    extra, apart = _with_spread(state), comparison(table, singles)
    return ambiguous(table, "prediction", "--pred-col", readings, extra=extra, besides=apart)


def _with_spread(state: State) -> list[Choice]:
    """The words that score the two ends of an interval, or a mean and its spread, together."""
    means = [place for place in state.free if item_of(state.table.columns[place]) is Says.MEAN]
    lower, upper = state.saying(Says.LOWER), state.saying(Says.UPPER)
    ends = []
    if len(lower) == len(upper) == 1:
        named = flags(state.table, "--pred-col", [*lower, *upper])
        ends = [Choice((*named, "-l", "interval_score:alpha=0.1"), "ends of 90 % intervals")]
    return ends + [
        Choice((*flags(state.table, "--pred-col", [means[0], spreads[0]]), "-l", loss))
        for role, loss in _SPREADS
        if len(means) == 1 and len(spreads := state.saying(role)) == 1
    ]
