"""What a name stands for: an id, an alias, or what a framework calls a loss.

`bce`, `torch.nn.BCEWithLogitsLoss`, `BCELoss`, `sparse_categorical_crossentropy`: all names come
from the definitions of the losses. Who alone has a name is who is meant by it; where frameworks
mean different losses by one name, it is asked which.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from msgspec import Struct
from msgspec.structs import replace

from losscli.conventions.scores import why_not
from losscli.conventions.table import CONVENTIONS
from losscli.errors import Choice, UsageError
from losscli.losses.definition.loss import Loss, Name
from losscli.losses.forms.categorical import Form
from losscli.losses.registry import REGISTRY
from losscli.vocabulary import Task

# First words of a dotted name, and the framework that they belong to.
_PREFIXES = {
    "torch": "torch",
    "nn": "torch",
    "f": "torch",
    "torchvision": "torchvision",
    "keras": "keras",
    "tf": "keras",
    "tensorflow": "keras",
    "sklearn": "sklearn",
    "optax": "optax",
    "torchmetrics": "torchmetrics",
    "scoringrules": "scoringrules",
    "sr": "scoringrules",
    "catboost": "catboost",
    "xgboost": "xgboost",
    "xgb": "xgboost",
    "lightgbm": "lightgbm",
    "lgb": "lightgbm",
    "lgbm": "lightgbm",
    "kaggle": "kaggle",
    "scipy": "scipy",
    "textbook": "textbook",
}
# scikit-learn's scorers, which turn the sign of a loss.
_SCORER = "neg_"
# Goes on after the name of a score that is printed as it is.
IS_A_SCORE = " is a score: higher is better"


class Meaning(Struct, frozen=True):
    """The loss that a name stands for.

    `framework` is the one whose number it promises (None: whatever convention is asked for) and
    `name` the settings that it brings. `remark` says what was understood, where that is no matter
    of course; `given` is a parameter that is part of the name, such as the 1.5 of `tweedie@1.5`.
    `as_score` says that the name promises 1 − loss, as a framework's name of a score does.
    """

    loss: Loss
    framework: str | None = None
    name: Name | None = None
    remark: str = ""
    given: tuple[tuple[str, str], ...] = ()
    as_score: bool = False


@lru_cache(maxsize=1024)
def meaning(typed: str, task: Task | None = None, like: str = "standard") -> Meaning:
    """What a name stands for, where several losses share it for data of that `task`.

    `like` is the convention asked for: what its framework calls a loss counts first. Raises
    UsageError for a name that stands for no loss, or for several.
    """
    text = typed.strip()
    if text.lower().startswith(_SCORER) and not REGISTRY.knows(text):
        found = meaning(text[len(_SCORER) :], task, "sklearn")
        remark = f"{text} is the score −1 × {found.loss.short}: the loss itself is printed"
        return replace(found, framework="sklearn", remark=remark)
    text, _, at = text.partition("@")
    dotted = framework_entry(text, task)
    if dotted is not None:
        framework, loss, name = dotted
        return Meaning(loss, framework, name, given=_at(text, name, at))
    own = _named_by(like, text)
    if own:
        loss, name = _for_task(own, task)
        return Meaning(loss, like, name, given=_at(text, name, at))
    if REGISTRY.knows(text):
        return under(_the_one(text, task), task, like)
    return _score(text, task) or _alone(typed, text, at, task, like)


def _score(text: str, task: Task | None) -> Meaning | None:
    """The loss that is 1 minus a score of that name; None where there is none.

    By a framework's dotted name, the score itself is meant. Raises UsageError for a score of a
    framework that has another number for it.
    """
    first, dot, _ = text.partition(".")
    framework = _PREFIXES.get(first.lower())
    last = text.rpartition(".")[2]
    if dot and framework is not None:
        return _score_of(framework, text, last, task)
    loss = None if dot else _by_score(text)
    if loss is None:
        return None
    return Meaning(
        loss,
        remark=f"{text} is a score, higher is better: {loss.short} is 1 − {text}, lower is better; "
        "--score prints the score",
    )


def _by_score(name: str) -> Loss | None:
    return REGISTRY.by_score(name) or REGISTRY.by_score(_snake(name))


def _score_of(framework: str, text: str, last: str, task: Task | None) -> Meaning | None:
    """A framework's score, where it is 1 minus a loss."""
    scores = [
        (framework, loss, name) for loss in REGISTRY for name in loss.score_names.get(framework, ())
    ]
    for _, loss, name in _nearest_spelling(last, scores):
        if task is None or not name.tasks or task in name.tasks:
            remark = f"{text}{IS_A_SCORE}"
            return Meaning(loss, framework, name, remark, as_score=True)
        raise UsageError(
            f"{text} of {task.value} data is another number, which losscli does not compute",
            hint=f"-l {loss.complement} has losscli's own: {loss.formula}.",
        )
    near = _by_score(last)
    if near is None:
        return None
    raise UsageError(
        f"losscli does not compute {text}: what {framework} prints under that name is not 1 minus "
        f"a loss that it has",
        hint=f"-l {near.complement} has losscli's own: {near.formula}.",
    )


def framework_entry(name: str, task: Task | None = None) -> tuple[str, Loss, Name] | None:
    """The framework, loss and settings that a dotted name stands for; None for any other name.

    Where several losses share it, the one that is made for `task`.
    """
    first, dot, _ = name.strip().partition(".")
    framework = _PREFIXES.get(first.lower())
    if not dot or framework is None:
        return None
    found = _named_by(framework, name.strip().rpartition(".")[2])
    return (framework, *_for_task(found, task)) if found else None


def get_loss(name: str) -> Loss:
    """The definition of the loss that a name stands for, as `--loss` takes it.

    Raises UsageError for a name that stands for none, or for several.
    """
    return meaning(name).loss


def _key(name: str) -> str:
    """What is left of a name where capitals and joints do not count."""
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


Entry = tuple[str, Loss, Name]


def _names() -> Iterator[Entry]:
    for loss in REGISTRY:
        for framework, names in loss.names.items():
            for name in names:
                yield framework, loss, name


@cache
def _by_key() -> Mapping[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in _names():
        found.setdefault(_key(entry[2].name), []).append(entry)
    return found


def _spelt_alike(text: str) -> list[Entry]:
    """The frameworks' names that differ from `text` in capitals and joints at the most."""
    return _by_key().get(_key(text), [])


def _snake(name: str) -> str:
    """`BinaryCrossentropy` as a function would be called: `binary_crossentropy`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


_SAME = (str.strip, str.lower, _snake, _key)


def _nearest_spelling(text: str, found: list[Entry]) -> list[Entry]:
    """Those of the names that are spelt as `text` is, or else as near to it as any."""
    for same in _SAME:
        near = [entry for entry in found if same(entry[2].name) == same(text)]
        if near:
            return near
    return []


def _named_by(framework: str, text: str) -> list[tuple[Loss, Name]]:
    """The losses that a framework calls so."""
    theirs = [entry for entry in _spelt_alike(text) if entry[0] == framework]
    return [(loss, name) for _, loss, name in _nearest_spelling(text, theirs)]


def _for_task(found: list[tuple[Loss, Name]], task: Task | None) -> tuple[Loss, Name]:
    """Of the losses that share a framework's name, the one that reads data of that task."""
    if len(found) == 1:
        return found[0]
    fits = next((entry for entry in found if task in entry[0].tasks and not _several(task)), None)
    if fits is not None:
        return fits
    if _several(task):
        # Where a framework has one name for one item and for several, several are classes.
        return next((entry for entry in found if _reads_classes(entry[0])), found[0])
    return found[0]


def _several(task: Task | None) -> bool:
    return task in (Task.MULTICLASS, Task.MULTILABEL, Task.DISTRIBUTION)


def _reads_classes(loss: Loss) -> bool:
    return any(reading.form in (Form.CATEGORICAL, Form.SCORES) for reading in loss.readings)


def _at(text: str, name: Name, at: str) -> tuple[tuple[str, str], ...]:
    if not at:
        if name.at_needed:
            hint = f"Say {text}@N, N the {name.at}."
            raise UsageError(f"{text} has a number only with its {name.at}", hint=hint)
        return ()
    if not name.at:
        raise UsageError(f"{text}@{at}: {text} takes nothing after @")
    return ((name.at, at),)


def _the_one(text: str, task: Task | None) -> Loss:
    """The loss of an id or alias; where several of one task share it, it is asked which."""
    found = REGISTRY.all_called(text)
    for_task = [loss for loss in found if task in loss.tasks] or found
    shared = [loss for loss in for_task if set(loss.tasks) & set(for_task[0].tasks)]
    if len(shared) > 1:
        raise _asked(text, [loss.id for loss in shared])
    return for_task[0]


def under(loss: Loss, task: Task | None, like: str) -> Meaning:
    """A loss under a convention, by the settings of the one name that its framework has for it.

    Another loss where its framework has one name for one item and for several.
    """
    names = loss.names.get(like, ())
    if _several(task) and not _reads_classes(loss):
        for name in names:
            shared = _named_by(like, name.name)
            other, settings = _for_task(shared, task)
            if other is not loss:
                return Meaning(
                    other,
                    name=replace(settings, kind=None),
                    remark=f"{like}'s {name.name} of several columns is {other.id}",
                )
    first = next(iter(names), None)
    if first and all(
        (other.reduction, other.params) == (first.reduction, first.params) for other in names
    ):
        return Meaning(loss, name=replace(first, kind=None))
    return Meaning(loss)


def _alone(typed: str, text: str, at: str, task: Task | None, like: str) -> Meaning:
    """What a name without its framework stands for."""
    if "." in text:
        raise _unknown(typed, text)
    # The short names of textbooks are a slip away from others: they count as they are written.
    names = [
        entry for entry in _spelt_alike(text) if entry[0] != "textbook" or entry[2].name == text
    ]
    found = _overlapping(_nearest_spelling(text, names), task)
    own = _own_spelling(text, task)
    if not found:
        if own is None:
            raise _unknown(typed, text)
        return under(own, task, like)
    choices = {_setting(loss, name): f"{owner}.{name.name}" for owner, loss, name in found}
    if own is not None and own not in [loss for _, loss, _ in found]:
        choices[_setting(own, Name(own.id))] = own.id
    if len(choices) > 1:
        raise _asked(text, list(choices.values()))
    framework, loss, name = found[0]
    alike = {owner for owner, _, _ in _spelt_alike(text)}
    if own is not None and REGISTRY.knows(_snake(text)) and len(alike) > 1:
        return under(own, task, like)
    alone = len({owner for owner, _, _ in found}) == 1
    promised = framework if alone and like == "standard" else None
    return Meaning(loss, promised, name, given=_at(text, name, at))


def _setting(loss: Loss, name: Name) -> tuple[object, ...]:
    """What makes two names mean different numbers."""
    return loss.id, name.kind, tuple(sorted(name.params.items()))


def _own_spelling(text: str, task: Task | None) -> Loss | None:
    """The loss of which an id or alias is spelt so, but for its capitals and joints."""
    found = [
        loss for loss in REGISTRY if _key(text) in [_key(own) for own in (loss.id, *loss.aliases)]
    ]
    return next((loss for loss in found if task in loss.tasks), next(iter(found), None))


def _overlapping(found: list[Entry], task: Task | None) -> list[Entry]:
    """Those that read data of the task; of others, those that the task could not tell apart."""
    for_task = [entry for entry in found if task in entry[1].tasks] or found
    return [entry for entry in for_task if set(entry[1].tasks) & set(for_task[0][1].tasks)]


def _asked(text: str, choices: list[str]) -> UsageError:
    return UsageError(
        f"{text} stands for {len(choices)} losses: which one?",
        choices=[
            Choice(("-l", choice), meaning(choice).loss.title, instead_of=text)
            for choice in choices
        ],
    )


def _unknown(typed: str, text: str) -> UsageError:
    """That there is no such loss, and what was perhaps meant."""
    reason = why_not(text.rpartition(".")[2])
    if reason is not None:
        return UsageError(reason[0], hint=reason[1])
    first, dot, last = text.partition(".")
    framework = _PREFIXES.get(first.lower())
    if dot and framework is not None and framework in CONVENTIONS:
        from difflib import get_close_matches

        theirs = {name.name for owner, _, name in _names() if owner == framework}
        close = get_close_matches(last.rpartition(".")[2], theirs, n=3, cutoff=0.5)
        if close:
            hint = f"Did you mean {' or '.join(f'{framework}.{name}' for name in close)}?"
            return UsageError(f"no loss is called {typed!r}", hint=hint)
    return UsageError(f"no loss is called {typed!r}", hint=REGISTRY.nearest(text))
