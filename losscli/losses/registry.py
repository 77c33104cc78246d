"""Every loss there is, found by any of its names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import ModuleType

from losscli.errors import UsageError
from losscli.losses import (
    binary,
    calibration,
    class_margins,
    classification,
    confusion,
    cross_entropies,
    crps,
    deviance,
    embedding,
    ensemble,
    forecast,
    log_scores,
    margins,
    multiclass,
    order_statistics,
    ordering,
    ordinal,
    overlap,
    positive,
    probabilistic,
    ranking,
    regression,
    relative,
    robust,
    samples,
    scaled,
    sequence,
    similarity,
    skill,
    texts,
    variance_explained,
)
from losscli.losses.definition.loss import Loss
from losscli.losses.scores import score_of
from losscli.vocabulary import Task, member


class Registry:
    """The losses in the order of their definition, and what each name stands for."""

    def __init__(self, losses: Iterable[Loss]) -> None:
        self._by_id: dict[str, Loss] = {}
        self._by_name: dict[str, list[Loss]] = {}
        self._by_score: dict[str, Loss] = {}
        for loss in losses:
            if loss.id in self._by_id:
                raise ValueError(f"two losses have the id {loss.id!r}")
            self._by_id[loss.id] = loss
            for name in (loss.id, *loss.aliases):
                self._by_name.setdefault(_key(name), []).append(loss)
            if loss.complement:
                for name in (loss.complement, *loss.complement_names):
                    self._by_score.setdefault(name, loss)

    def __iter__(self) -> Iterator[Loss]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, name: str, task: Task | None = None) -> Loss:
        """The loss of that id or alias; where several share it, the one that fits `task`.

        The id of a score that is 1 minus a loss gives that score.

        Raises UsageError for a name that none has, with the nearest that there are.
        """
        found = self._by_name.get(_key(name))
        if not found and (scored := self.by_score(name)) and _key(name) == scored.complement:
            return score_of(scored)
        if not found:
            raise UsageError(f"no loss is called {name!r}", hint=self.nearest(name))
        return next((loss for loss in found if task in loss.tasks), found[0])

    def all_called(self, name: str) -> list[Loss]:
        """All losses of that id or alias, in the order of their definition."""
        return list(self._by_name.get(_key(name), ()))

    def knows(self, name: str) -> bool:
        """Whether a loss goes by that id or alias."""
        return _key(name) in self._by_name

    def short(self, name: str, otherwise: str) -> str:
        """The id to type for a loss of that id; `otherwise` for what is none, such as a score."""
        return self.get(name).short if self.knows(name) else otherwise

    def by_score(self, name: str) -> Loss | None:
        """The loss that is 1 minus the score of that name; None where there is none."""
        return self._by_score.get(_key(name))

    def families(self) -> dict[str, list[Loss]]:
        """The losses by family, in the order of their definition."""
        families: dict[str, list[Loss]] = {}
        for loss in self:
            families.setdefault(loss.family, []).append(loss)
        return families

    def nearest(self, name: str) -> str:
        """What somebody who typed a name that no loss has may have meant."""
        from difflib import get_close_matches

        close = get_close_matches(_key(name), self._by_name, n=3, cutoff=0.5)
        if close:
            return f"Did you mean {' or '.join(close)}?"
        return "`losscli losses` lists them all."


def _key(name: str) -> str:
    return name.strip().lower().replace("-", "_")


def _defined_in(modules: Iterable[ModuleType]) -> Iterator[Loss]:
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, Loss):
                yield value


REGISTRY = Registry(
    _defined_in(
        (
            regression,
            robust,
            relative,
            deviance,
            positive,
            order_statistics,
            variance_explained,
            skill,
            similarity,
            binary,
            margins,
            class_margins,
            multiclass,
            cross_entropies,
            classification,
            confusion,
            ordering,
            calibration,
            probabilistic,
            ordinal,
            crps,
            log_scores,
            forecast,
            ensemble,
            samples,
            scaled,
            ranking,
            embedding,
            overlap,
            sequence,
            texts,
        )
    )
)


def list_losses(task: str | None = None) -> list[Loss]:
    """The definitions of all losses, or of those made for a task."""
    wanted = None if task is None else member(Task, task, "task")
    return [loss for loss in REGISTRY if wanted is None or wanted in loss.tasks]
