"""How often 95 % intervals hold the truth, and how often verdicts are false.

    python benchmarks/intervals.py [--trials 2000] [--jobs 2] [--docs]

Data are drawn again and again from where the truth is known. Of 2,000 trials, a share of 95 % (or
5 %) is uncertain by ± 1 %, two standard errors; those of many rows are fewer. With
--docs the tables of docs/intervals.md are written anew.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

import losscli
from losscli.comparing.margins import Proof, not_worse
from losscli.stats.estimates import Difference, MeanOfRows
from losscli.stats.groups import Resampling
from losscli.stats.holm import ALPHA
from losscli.stats.intervals import interval
from losscli.stats.paired import PairedResult, told_apart
from losscli.stats.series import SeriesSums
from losscli.stats.student import binomial_interval
from losscli.stats.studentised import studentised

Array = NDArray[np.float64]
Random = np.random.Generator
Draw = Callable[[Random, int], Array]
Pair = Callable[[Random, int], tuple[Array, Array]]

DOCS = Path(__file__).parents[1] / "docs" / "intervals.md"
SIZES = (10, 20, 50, 200, 2_000, 100_000)
# Large trials are costly: from so many rows on, there are a half and an eighth of the trials.
_HALF, _EIGHTH = 1_000, 10_000


@dataclass(frozen=True)
class Case:
    """Losses of rows whose mean is known; `cluster` rows after each other depend on each other."""

    title: str
    draw: Draw
    truth: float
    cluster: int = 1
    share: bool = False
    sizes: Sequence[int] = SIZES


@dataclass(frozen=True)
class Equal:
    """The losses of two models on the same rows, equal on average."""

    title: str
    draw: Pair
    cluster: int = 1
    sizes: Sequence[int] = SIZES[:5]


def squared(random: Random, rows: int) -> Array:
    """Squared errors that are normal."""
    return np.asarray(random.normal(size=rows) ** 2)


def exponential(random: Random, rows: int) -> Array:
    """Losses that are exponential, of mean 1."""
    return np.asarray(random.exponential(size=rows))


def squared_exponential(random: Random, rows: int) -> Array:
    """Squares of exponential errors, of mean 2."""
    return np.asarray(random.exponential(size=rows) ** 2)


def lognormal(random: Random, rows: int) -> Array:
    """Lognormal losses, σ = 1."""
    return np.asarray(random.lognormal(size=rows))


def squared_t3(random: Random, rows: int) -> Array:
    """Squared errors of Student's t with 3 degrees of freedom: their variance is infinite."""
    return np.asarray(random.standard_t(3, size=rows) ** 2)


def cross_entropy(spread: float, random: Random, rows: int) -> Array:
    """Cross entropies of a calibrated model whose logits spread so much."""
    logit = spread * random.normal(size=rows)
    wrong = random.uniform(size=rows) > 1.0 / (1.0 + np.exp(-np.abs(logit)))
    return np.logaddexp(0.0, np.where(wrong, np.abs(logit), -np.abs(logit)))


def focal(spread: float, random: Random, rows: int) -> Array:
    """Focal losses (γ = 2) of the same."""
    loss = cross_entropy(spread, random, rows)
    return np.asarray((1.0 - np.exp(-loss)) ** 2 * loss)


def errors(rate: float, random: Random, rows: int) -> Array:
    """Zero-one losses."""
    return (random.uniform(size=rows) < rate).astype(np.float64)


def clusters(random: Random, rows: int, size: int = 5) -> Array:
    """Squared errors that their clusters share in part."""
    shared = np.repeat(random.normal(size=rows // size), size)
    return np.asarray((shared + random.normal(size=rows)) ** 2)


def series(random: Random, rows: int) -> Array:
    """Squares of an autoregressive series (φ = 0.7), of variance 1."""
    noise = random.normal(size=rows + 100) * np.sqrt(1.0 - 0.7**2)
    return np.asarray(lfilter([1.0], [1.0, -0.7], noise)[100:] ** 2)


def expected(draw: Draw) -> float:
    """The mean of losses that has no formula, by integration over many quantiles of a draw."""
    random = np.random.default_rng(0)
    return float(np.mean([draw(random, 1_000_000).mean() for _ in range(20)]))


FEW = SIZES[2:5]


def cases() -> tuple[Case, ...]:
    """All cases of the first table."""
    good, sharp, faded = (
        partial(cross_entropy, 3.0),
        partial(cross_entropy, 8.0),
        partial(focal, 3.0),
    )
    return (
        Case("MAE, exponential errors", exponential, 1.0),
        Case("MSE and RMSE, normal errors", squared, 1.0),
        Case("MSE, exponential errors", squared_exponential, 2.0),
        Case("BCE of a good model", good, expected(good)),
        Case("BCE of a very good model", sharp, expected(sharp)),
        Case("focal loss of a good model", faded, expected(faded)),
        Case("zero-one, 1 % errors", partial(errors, 0.01), 0.01, share=True),
        Case("zero-one, 20 % errors", partial(errors, 0.2), 0.2, share=True),
        Case("clusters of 5, `--cluster-col`", clusters, 2.0, 5, sizes=SIZES[2:]),
        Case("clusters of 5, without", clusters, 2.0, sizes=FEW),
        Case("series (φ = 0.7), `--block-length 20`", series, 1.0, 20, sizes=SIZES[3:5]),
        Case("series (φ = 0.7), without", series, 1.0, sizes=SIZES[3:5]),
        Case("lognormal losses", lognormal, float(np.exp(0.5))),
        Case("MSE, heavy tails (t₃)", squared_t3, 3.0),
    )


def pairs() -> tuple[Equal, ...]:
    """All cases of the second table."""
    return (
        Equal("squared normal errors", lambda r, n: (squared(r, n), squared(r, n))),
        Equal(
            "squared exponential errors",
            lambda r, n: (squared_exponential(r, n), squared_exponential(r, n)),
        ),
        Equal("heavy tails (t₃)", lambda r, n: (squared_t3(r, n), squared_t3(r, n))),
        Equal("90 % of rows equal", lambda r, n: _ties(r, n, 0.9)),
        Equal("zero-one, 5 % errors", lambda r, n: (errors(0.05, r, n), errors(0.05, r, n))),
        Equal(
            "constant against lognormal",
            lambda r, n: (np.full(n, np.exp(0.5)), lognormal(r, n)),
        ),
        Equal(
            "exponential against lognormal",
            lambda r, n: (np.exp(0.5) * exponential(r, n), lognormal(r, n)),
        ),
        Equal("groups of 20 with shared errors, `--cluster-col`", _grouped, 20, SIZES[3:5]),
        Equal("groups of 20 with shared errors, without", _grouped, 1, SIZES[3:5]),
        Equal("each row five times, `--cluster-col`", _repeated, 5, SIZES[2:5]),
        Equal("each row five times, without", _repeated, 1, SIZES[2:5]),
    )


def _ties(random: Random, rows: int, share: float) -> tuple[Array, Array]:
    one, two = squared(random, rows), squared(random, rows)
    return one, np.where(random.uniform(size=rows) < share, one, two)


def _grouped(random: Random, rows: int) -> tuple[Array, Array]:
    one, two = (
        (np.repeat(random.normal(size=rows // 20), 20) + random.normal(size=rows)) ** 2
        for _ in range(2)
    )
    return one, two


def _repeated(random: Random, rows: int) -> tuple[Array, Array]:
    one, two = (np.repeat(squared(random, rows // 5), 5) for _ in range(2))
    return one, two


def holds(case: Case, rows: int, seeds: range) -> float:
    """How many intervals of a range of draws hold the truth."""
    held = 0
    for seed in seeds:
        losses = case.draw(np.random.default_rng(seed), rows)
        mean = float(losses.mean())
        units = losses.reshape(-1, case.cluster).sum(axis=1) / rows
        if case.share:
            low, high = binomial_interval(mean, rows, 0.95)
        else:
            found = studentised(mean, units, one_sided_tail=True)
            if found is None:
                continue
            low, high = found.interval(0.95)
        held += low <= case.truth <= high
    return held


def r2_holds(rows: int, seeds: range) -> float:
    """The same of R² by the whole program."""
    held = 0
    for seed in seeds:
        random = np.random.default_rng(seed)
        label = random.normal(size=rows)
        pred = label + 0.5 * random.normal(size=rows)
        report = losscli.evaluate(pred, label, "r2", task="regression", threads=1)
        ends = report.results[0].interval
        held += ends is not None and ends[0] <= 0.75 <= ends[1]
    return held


def runs_hold(rows: int, seeds: range) -> float:
    """The same of the stationary bootstrap of a series, in runs of 20 rows."""
    held = 0
    for seed in seeds:
        losses = series(np.random.default_rng(seed), rows)
        sums = SeriesSums(20)
        sums.add([np.arange(rows)], np.stack([losses, np.ones(rows)], axis=1))
        table = sums.table()
        assert table is not None
        found = interval(MeanOfRows(1.0), table, Resampling(500, seed))
        held += found is not None and found.low <= 1.0 <= found.high
    return held


def paired(
    case: Equal, rows: int, seed: int, worse: float = 1.0, resamples: int = 500
) -> PairedResult:
    """What one draw of two models says of them; the second is `worse` by that factor."""
    one, two = case.draw(np.random.default_rng(seed), rows)
    ones = np.ones(rows // case.cluster) * case.cluster
    first, second = (
        np.stack([part.reshape(-1, case.cluster).sum(axis=1), ones], axis=1)
        for part in (one, worse * two)
    )
    difference = float(second[:, 0].sum() - first[:, 0].sum()) / rows
    models = Difference(MeanOfRows(1.0), MeanOfRows(1.0))
    how = Resampling(resamples, seed)
    return told_apart(models, first, second, how, difference, float(one.mean()))


def alarms(case: Equal, rows: int, seeds: range) -> tuple[float, float, float]:
    """How many equal models are called different, by all tests and by flips alone.

    And how many intervals contradict their test.
    """
    false, flips, contradictions = 0, 0, 0
    for seed in seeds:
        found = paired(case, rows, seed)
        assert found.p is not None
        assert found.p_flip is not None
        false += found.p <= ALPHA
        flips += found.p_flip <= ALPHA
        ends = found.interval()
        if ends is not None:
            contradictions += (ends[0] <= 0.0 <= ends[1]) != (found.p > ALPHA)
    return false, flips, contradictions


def passes(case: Equal, rows: int, worse: float, seeds: range) -> float:
    """How many models that are worse by so much pass `--not-worse-by 1%`."""
    passed = 0
    for seed in seeds:
        found = paired(case, rows, seed, worse, 100)
        passed += not_worse(found, 0.01, 0.0, lower_is_better=True).proof is Proof.PROVEN
    return passed


def _near(random: Random, rows: int) -> tuple[Array, Array]:
    """Two models whose losses are much alike, as those of two versions of one model are."""
    one = squared(random, rows)
    return one, one * random.lognormal(-0.02, 0.2, size=rows)


NEAR = Equal("alike models", _near)


def _chunks(trials: int) -> Iterator[range]:
    for start in range(0, trials, 50):
        yield range(start, min(trials, start + 50))


def _trials(trials: int, rows: int) -> int:
    share = 8 if rows >= _EIGHTH else 2 if rows >= _HALF else 1
    return max(100, trials // share)


def _share(text: float) -> str:
    return f"{text:.1%}".replace("%", " %")


def coverage_table(pool: ProcessPoolExecutor, trials: int) -> Iterator[str]:
    """A line for each case: how often its intervals hold."""
    yield "| | " + " | ".join(f"n = {n:,}" for n in SIZES) + " |"
    yield "|---|" + "--:|" * len(SIZES)
    for case in cases():
        cells = []
        for rows in SIZES:
            if rows not in case.sizes:
                cells.append("")
                continue
            count = _trials(trials, rows)
            held = sum(pool.map(partial(holds, case, rows), _chunks(count)))
            cells.append(_share(held / count))
        yield f"| {case.title} | " + " | ".join(cells) + " |"
    yield _whole_row(pool, "R², normal errors", r2_holds, trials, SIZES[:5])
    title = "series (φ = 0.7), `--block-length 20 --ci bootstrap`"
    yield _whole_row(pool, title, runs_hold, trials // 2, SIZES[3:5])


def _whole_row(
    pool: ProcessPoolExecutor,
    title: str,
    hold: Callable[[int, range], float],
    trials: int,
    sizes: Sequence[int],
) -> str:
    """A line of how often whole intervals hold the truth."""
    cells = []
    for rows in SIZES:
        count = _trials(trials, rows)
        held = sum(pool.map(partial(hold, rows), _chunks(count))) if rows in sizes else None
        cells.append("" if held is None else _share(held / count))
    return f"| {title} | " + " | ".join(cells) + " |"


def alarm_table(pool: ProcessPoolExecutor, trials: int) -> Iterator[str]:
    """A line for each pair: false alarms, and those of sign flips alone."""
    yield "| equal models | " + " | ".join(f"n = {n:,}" for n in SIZES[:5]) + " |"
    yield "|---|" + "--:|" * 5
    contradictions = 0.0
    for place, case in enumerate(pairs()):
        cells = []
        for rows in SIZES[:5]:
            if rows not in case.sizes:
                cells.append("")
                continue
            count = _trials(trials, rows)
            found = list(pool.map(partial(_alarms_of, place, rows), _chunks(count)))
            false, flips, wrong = (sum(part) for part in zip(*found, strict=True))
            contradictions += wrong
            cells.append(f"{_share(false / count)} ({_share(flips / count)})")
        yield f"| {case.title} | " + " | ".join(cells) + " |"
    yield f"| intervals that contradict their test | {contradictions:.0f} |" + " |" * 4


def _alarms_of(place: int, rows: int, seeds: range) -> tuple[float, float, float]:
    return alarms(pairs()[place], rows, seeds)


def margin_table(pool: ProcessPoolExecutor, trials: int) -> Iterator[str]:
    """How often models of known loss pass a gate of 1 %."""
    yield "| `--not-worse-by 1%` passes a model that is | n = 200 | n = 2,000 | n = 20,000 |"
    yield "|---|--:|--:|--:|"
    for title, worse in (("1 % worse", 1.01), ("as good", 1.0), ("2 % better", 0.98)):
        cells = []
        for rows in (200, 2_000, 20_000):
            count = _trials(trials, rows)
            passed = sum(pool.map(partial(passes, NEAR, rows, worse), _chunks(count)))
            cells.append(_share(passed / count))
        yield f"| {title} | " + " | ".join(cells) + " |"


TABLES = {"coverage": coverage_table, "alarms": alarm_table, "margin": margin_table}


def main() -> None:
    """Print the tables, and write them to the page where that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--only", choices=TABLES)
    parser.add_argument("--docs", action="store_true")
    given = parser.parse_args()
    with ProcessPoolExecutor(given.jobs) as pool:
        for name, make in TABLES.items():
            if given.only not in (None, name):
                continue
            lines = []
            for line in make(pool, given.trials):
                print(line, flush=True)
                lines.append(line)
            print(file=sys.stdout, flush=True)
            if given.docs:
                text = "\n".join(lines)
                mark = f"<!-- {name} -->"
                page = DOCS.read_text(encoding="utf-8")
                pattern = f"{mark}\n.*?\n{mark}"
                new = re.sub(pattern, lambda _, t=text, m=mark: f"{m}\n{t}\n{m}", page, flags=re.S)
                DOCS.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
