"""Models compared, in words: what the table, Markdown and CSV say of each comparison."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence

from losscli.comparing.planning import Plan, rounded_up
from losscli.comparing.report import ComparedSlice, Comparison, ComparisonReport, Verdict
from losscli.losses.registry import REGISTRY
from losscli.plain import differences
from losscli.render.numbers import NOTHING, between, number, share
from losscli.stats.holm import ALPHA
from losscli.stats.ties import ROUNDING

# A model is better on most rows where it is so on this share of those that differ, ...
_MAJORITY = 0.6
# ... by more than chance would do in 19 of 20 cases, in standard errors.
_BY_CHANCE = 1.96
# Rows that make a difference are few up to this share of all.
_FEW = 0.05
_MARKS = {Verdict.WORSE: "▲", Verdict.BETTER: "✓"}


def losses_of(comparisons: Sequence[Comparison]) -> list[tuple[str, list[Comparison]]]:
    """The losses by what they are called, each with the comparisons by it."""
    several = len({item.convention for item in comparisons}) > 1
    by_title: dict[str, list[Comparison]] = {}
    for params, item in zip(differences(comparisons), comparisons, strict=True):
        words = [*params, *([item.convention] if several else [])]
        title = f"{item.title} ({', '.join(words)})" if words else item.title
        by_title.setdefault(title, []).append(item)
    return list(by_title.items())


def leading_comparisons(report: ComparisonReport) -> list[Comparison]:
    """What the loss that leads says of each model, once; empty where nothing was compared."""
    items = next((items for _, items in losses_of(report.comparisons)), [])
    return list({item.model: item for item in reversed(items)}.values())[::-1]


def signed(value: float, digits: int = 4) -> str:
    """A difference to so many digits, with its sign."""
    text = number(value, digits)
    return text if text.startswith("-") or not value else f"+{text}"


def chance(p: float | None) -> str:
    """A p-value: three decimals, or its one digit where it is smaller; `—` where there is none."""
    if p is None or math.isnan(p):
        return NOTHING
    return f"{p:.3f}" if p >= 0.001 else f"{p:.1g}"


def verdict(report: ComparisonReport, item: Comparison) -> str:
    """What is proven, naming the model where there are several."""
    named = item.model in item.words or len(report.models) == 2
    return item.words if named else f"{item.model}: {item.words}"


def tied(item: Comparison) -> bool:
    """Whether the values are equal but for rounding, though rows differ."""
    size = max(abs(item.reference_value), abs(item.value))
    same = math.isfinite(size) and abs(item.difference) <= ROUNDING * size
    return same and item.verdict is Verdict.NOT_PROVEN


def verdict_sentence(item: Comparison) -> tuple[str, str]:
    """What can be concluded by one loss, and its reason: two sentences to act on."""
    if item.verdict is Verdict.EQUAL:
        return f"{item.reference} and {item.model} are a tie:", f"{item.words} by {item.title}."
    if tied(item):
        return "No winner:", _cancelling(item)
    if item.verdict is Verdict.UNTESTED:
        return f"{item.reference} and {item.model} are not told apart:", f"{item.words}."
    better, worse = _by_rank(item)
    unit = f" {item.unit}" if item.unit else ""
    size = f"{number(abs(item.difference), 3)}{unit}"
    p = f"p = {chance(item.p_holm)}"
    if item.verdict is not Verdict.NOT_PROVEN:
        way = "less" if item.lower_is_better else "more"
        return f"{better} is better:", f"{size} {way} {item.title} than {worse} ({p})."
    reason = f"{better} is ahead of {worse} by {size} of {item.title}, which chance alone can do"
    needed = item.words.partition(": ")[2]
    return "No winner yet:", f"{reason} ({p}){f'; {needed}' if needed else ''}."


def _cancelling(item: Comparison) -> str:
    """That two models have the same value by rows that differ."""
    where = "" if item.equal is None else f"{share(1.0 - item.equal)} of the "
    reason = f"{item.reference} and {item.model} have the same {item.title}, "
    reason += f"though they differ on {where or 'some '}rows"
    if item.interval is None:
        return f"{reason}."
    return f"{reason}; the true difference may lie anywhere in {between(item.interval)}."


def otherwise(item: Comparison, leading: Comparison) -> str:
    """What a loss proves that the leading one does not; empty where it says no other thing."""
    proven = item.verdict in (Verdict.BETTER, Verdict.WORSE)
    if not proven or item.verdict is leading.verdict or item.model != leading.model:
        return ""
    return f"By {item.title}, {_by_rank(item)[0]} is better (p = {chance(item.p_holm)})."


def _by_rank(item: Comparison) -> tuple[str, str]:
    """The model with the better value, and the other."""
    harm = item.difference if item.lower_is_better else -item.difference
    return (item.reference, item.model) if harm > 0.0 else (item.model, item.reference)


def few_large_misses(item: Comparison) -> tuple[str, str] | None:
    """The model that is better on most rows and yet worse in all, and how that is; None for none.

    Such a model is worse by few, large misses where few rows make up the whole difference.
    """
    if item.better is None or item.equal is None or item.decisive is None or tied(item):
        return None
    harm = item.difference if item.lower_is_better else -item.difference
    other = 1.0 - item.better - item.equal
    model, won, lost = item.model, item.better, other
    if harm < 0.0:
        model, won, lost = item.reference, other, item.better
    clear = won >= _MAJORITY * (won + lost)
    clear &= won - lost > _BY_CHANCE * math.sqrt((won + lost) / max(1, item.n))
    if won <= 0.5 or not clear or item.decisive > max(1, _FEW * item.n):
        return None
    how = "is behind" if item.verdict is Verdict.NOT_PROVEN else "loses"
    rows = f"{min(99, round(100.0 * won))} % of the rows"
    return model, f"is better on {rows} and {how} by few, large misses"


def rows_command(report: ComparisonReport, model: str) -> str:
    """The command that shows where a model misses most; empty for arrays, which no command reads.

    Models of one file are told apart by their columns.
    """
    preds = [item for item in report.inputs if item.role == "pred"]
    label = next((item for item in report.inputs if item.role == "label"), None)
    if len(preds) != len(report.models):
        return ""
    pred = preds[report.models.index(model)]
    files = [pred.file, *([label.file] if label and label.file != pred.file else [])]
    if any(file.startswith("<") for file in files):
        return ""
    words = ["losscli", "rows", *files]
    for column in pred.columns:
        words += ["-p", column]
    for column in label.columns if label else ():
        words += ["-y", column]
    keys = [each for each in report.read if each.role == "key" and each.file in files]
    if keys and not keys[0].guessed:
        for column in dict.fromkeys(keys[0].columns):
            words += ["--id-col", column]
    return shlex.join([*words, "--top", "5"])


def mark(item: Comparison) -> str:
    """What stands before a group of rows where a model is proven better or worse."""
    return _MARKS.get(item.verdict, " ")


def legend(groups: Sequence[ComparedSlice]) -> str:
    """What the marks of the groups of a column say."""
    tests = groups[0].tests
    adjusted = "" if tests == 1 else f"; p adjusted by Holm for the {tests} tests of these groups"
    return f"▲ worse than the first, ✓ better, by more than chance{adjusted}"


def plans(report: ComparisonReport) -> list[str]:
    """How many rows it would take to see the differences that were asked for, a line for each."""
    found = []
    for title, items in losses_of(report.comparisons):
        for item in items:
            if item.plan is not None:
                name = title if len(report.models) == 2 else f"{title}, {item.model}"
                found.append(f"{name}: {_plan(item, item.plan)}")
    return found


def _plan(item: Comparison, plan: Plan) -> str:
    needed = _rows_to(plan.rows, plan.rows_most, "rows")
    if plan.clusters is not None:
        needed += f" ({_rows_to(plan.clusters, plan.clusters_most, 'clusters')})"
    unit = f" {item.unit}" if item.unit else ""
    said = f"{needed} would show a difference of {number(plan.difference, 3)}{unit} with 80 % power"
    if plan.alpha < ALPHA:
        said += f" (tests at {100.0 * plan.alpha:.2g} %)"
    said += f"; these {item.n:,} would with {100.0 * (plan.power or 0.0):.0f} %"
    if plan.detectable is not None:
        said += f", and with 80 % one of {number(plan.detectable, 3)}"
    return said


def _rows_to(fewest: int | None, most: int | None, what: str) -> str:
    if fewest is None:
        return f"no telling how many {what}"
    if most is None:
        return f"at least {rounded_up(fewest)} {what}"
    low, high = rounded_up(fewest), rounded_up(most)
    return f"{low} {what}" if low == high else f"{low} to {high} {what}"


_EXCHANGED = "sign flips, t and corrected t, the largest of the three"


def _of_all_rows() -> frozenset[str]:
    """What the methods are called that tell how sure a number of all rows at once is."""
    readings = (reading for loss in REGISTRY for reading in loss.readings)
    return frozenset(each.components.by for each in readings if each.components is not None)


def method(report: ComparisonReport) -> str:
    """How intervals and p-values were found."""
    tests = "1 test" if report.tests == 1 else f"{report.tests} tests"
    if any(item.same_test_as is not None for item in report.comparisons):
        tests += f" for {len(report.comparisons)} differences"
    tests += "" if report.tests == 1 else ", adjusted by Holm"
    units = " and ".join(sorted({item.units for item in report.comparisons if item.p is not None}))
    drawn = f"{report.resamples:,} resamples of {units or 'rows'}, seed {report.seed}"
    also = "" if report.tests == 1 else "; intervals are adjusted with them"
    names = {item.interval_method.name for item in report.comparisons if item.interval_method}
    whole = sorted(name for name in names if name in _of_all_rows())
    exchanged = len(whole) < len(names) or not names
    tested = [*([_EXCHANGED] if exchanged else []), *whole]
    drawn = f"; {drawn}" if exchanged else ""
    return f"p by {'; '.join(tested)} ({tests}{also}){drawn}"
