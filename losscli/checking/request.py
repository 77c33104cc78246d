"""What one check asks: files, losses, and the rules that they have to keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, field

from losscli.checking.rules import MAX, MIN, Bound
from losscli.comparing.tolerances import Tolerances
from losscli.errors import UsageError
from losscli.evaluating.options import Options
from losscli.evaluating.requests import look_up, parse_requests


def losses_of(given: str | Sequence[str] | None) -> tuple[str, ...]:
    """The losses that were asked for, one text each."""
    if not given:
        return ()
    requests = parse_requests([given] if isinstance(given, str) else given)
    return tuple(map(str, requests))


class Check(Struct, frozen=True):
    """Predictions and labels with their rules; `options` hold for all of it.

    `losses` are those held against the baseline: without them, all that the baseline has. With
    `significant` or `not_worse_by`, predictions are held against those of `baseline_pred`, row by
    row: that they are not proven to be worse, or that they are proven to be no worse by more than a
    margin. Where rows prove neither, the check passes only if `undecided_passes`.
    """

    name: str
    pred: Any
    label: Any = None
    losses: tuple[str, ...] = ()
    bounds: tuple[Bound, ...] = ()
    baseline: str | None = None
    tolerances: Tolerances = field(default_factory=Tolerances)
    significant: bool = False
    baseline_pred: Any = None
    not_worse_by: Tolerances | None = None
    undecided_passes: bool = False
    options: Options = field(default_factory=Options)

    def files(self) -> list[str]:
        """The files that are read."""
        inputs = (self.options.inputs or {}).values()
        given = (self.pred, self.label, self.baseline_pred, self.options.weight, *inputs)
        return [file for file in given if isinstance(file, str)]

    def verify(self) -> None:
        """Raise UsageError for a check that checks nothing, or asks what makes no sense."""
        if not isinstance(self.significant, bool):
            raise UsageError(f"{self.name}: significant={self.significant!r}: say True or False")
        if self.significant and self.baseline_pred is None:
            raise UsageError(
                f"{self.name}: significance is found row by row, so it needs the baseline's "
                "predictions",
                hint="Store them, and say --baseline-pred FILE.",
            )
        if self.not_worse_by is not None:
            self._verify_margin()
        if self.baseline_pred is not None and not self.paired:
            raise UsageError(
                f"{self.name}: what are the baseline's predictions for?",
                hint="Say --not-worse-by 1% or --significant.",
            )
        if self.tolerances.positive and self.baseline is None:
            raise UsageError(
                f"{self.name}: a tolerance is room beside a baseline's losses, and there is none",
                hint="Say --baseline FILE, or --not-worse-by 2% with --baseline-pred FILE.",
            )
        if self.paired and self.baseline is not None:
            raise UsageError(
                f"{self.name}: a baseline's numbers leave no room for chance",
                hint="Give --baseline FILE, or --not-worse-by 1% with --baseline-pred FILE.",
            )
        if not (self.bounds or self.baseline is not None or self.paired):
            raise UsageError(
                f"{self.name}: no rule to check",
                hint="Say --max bce=0.3, --min r2=0.8 or --baseline FILE.",
            )
        for loss in (*self.losses, *(bound.loss for bound in self.bounds)):
            requests = parse_requests([loss])
            if len(requests) != 1:
                raise UsageError(f"{self.name}: {loss!r} is not one loss")
            if not self.options.scored:
                look_up(requests)
        for bound in self.bounds:
            self._verify_direction(bound)

    @property
    def paired(self) -> bool:
        """Whether predictions are held against those of a baseline, row by row."""
        return self.significant or self.not_worse_by is not None

    def _verify_margin(self) -> None:
        if self.baseline_pred is None:
            raise UsageError(
                f"{self.name}: whether a model is no worse is proven row by row, so it needs the "
                "baseline's predictions",
                hint="Store them, and say --baseline-pred FILE.",
            )
        if self.significant:
            raise UsageError(
                f"{self.name}: --significant fails what is proven to be worse, --not-worse-by what "
                "is not proven to be as good",
                hint="Say one of them.",
            )
        assert self.not_worse_by is not None
        if not self.not_worse_by.positive:
            raise UsageError(
                f"{self.name}: no number of rows proves that a model is not worse at all",
                hint="Allow a little: --not-worse-by 1%.",
            )

    def _verify_direction(self, bound: Bound) -> None:
        """Raise UsageError for a bound that a worse model would keep more easily.

        Losses of the user's own are the same, for they say which side is better.
        """
        if self.options.scored:
            lower = not self.options.higher_is_better
        else:
            [wanted] = look_up(parse_requests([bound.loss]))
            lower = wanted.shown(score=self.options.score).lower_is_better
            if lower and not bound.upper and wanted.loss.complement and wanted.meaning.remark:
                raise UsageError(
                    f"{self.name}: {bound.loss} leads to 1 − {bound.loss}, better when lower",
                    hint=f"Say --score --{bound.rule} {bound.loss}={bound.limit:g}.",
                )
        if bound.upper == lower:
            return
        right = MAX if lower else MIN
        limit = f"{bound.limit:g}{'%' if bound.percent else ''}"
        raise UsageError(
            f"{self.name}: {bound.loss} is better when {'lower' if lower else 'higher'}, so "
            f"{bound.rule} {limit} would let worse models pass",
            hint=f"Say --{right} {bound.loss}={limit} "
            f"(in a configuration: {right} = {{{bound.loss} = {limit}}}).",
        )
