"""What `--loss` says: the losses that are named, each with its parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from losscli.conventions.names import Meaning, meaning
from losscli.conventions.table import convention as convention_named
from losscli.errors import UsageError
from losscli.losses.definition.loss import Loss
from losscli.losses.registry import REGISTRY
from losscli.losses.scores import score_of
from losscli.vocabulary import Task


class Request(Struct, frozen=True):
    """One loss as it was asked for: `focal:gamma=2,alpha=0.25`."""

    name: str
    params: Mapping[str, str | float | bool | None] = field(default_factory=dict)

    def __str__(self) -> str:
        params = ",".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.name}:{params}" if params else self.name


def parse_requests(texts: Iterable[str]) -> tuple[Request, ...]:
    """What `--loss` says: names separated by commas, each with parameters after a colon.

    `mse,focal:gamma=2,alpha=0.25` are two losses: a part with `=` belongs to the loss before it. A
    list is written with brackets, `labels=[0,1,2]`, or where it is of numbers without.
    Raises UsageError for a parameter without a loss.
    """
    requests: list[Request] = []
    asked = list(texts)
    for text in asked:
        if not isinstance(text, str):
            raise UsageError(
                f"{text!r} is no name of a loss", hint="Write 'bce' or 'focal:gamma=2'."
            )
        for part in _LIST.sub(_in_one, text).split(","):
            name, colon, first = _named(part)
            if colon and not name.strip():
                raise UsageError(f"{part!r} names no loss", hint="Write NAME:PARAMETER=VALUE.")
            if colon:
                requests.append(Request(name.strip(), dict([_assignment(first)])))
            elif requests and requests[-1].params and _is_number(part):
                # `pos_weight=2,0.5,3` is one parameter of three numbers.
                last = requests[-1]
                key = list(last.params)[-1]
                requests[-1] = Request(
                    last.name, {**last.params, key: _longer(last.params[key], part)}
                )
            elif "=" in part:
                if not requests or not requests[-1].params:
                    raise UsageError(
                        f"{part!r}: parameters follow a loss and a colon",
                        hint="Write --loss NAME:PARAMETER=VALUE.",
                    )
                key, value = _assignment(part)
                last = requests[-1]
                requests[-1] = Request(last.name, {**last.params, key: value})
            elif part.strip():
                requests.append(Request(part.strip()))
    if asked and not requests:
        raise UsageError("--loss names no loss", hint="`losscli losses` lists them.")
    return tuple(requests)


def asked_again(loss: str, params: Mapping[str, Any], like: str) -> str:
    """The text that asks for a loss with these parameters, whatever the convention.

    `like` is the convention under which they were settled: what it sets is left unsaid.
    """
    known = REGISTRY.get(loss)
    set_there = convention_named(like).defaults_of(loss)
    given = [
        f"{name}={_written(value)}"
        for name, value in params.items()
        if (param := known.params.get(name)) is not None
        and value is not None
        and value != set_there.get(name, param.default)
    ]
    return f"{loss}:{','.join(given)}" if given else loss


class Wanted(Struct, frozen=True):
    """One loss as it was asked for, and what the name that was typed stands for."""

    meaning: Meaning
    request: Request

    @property
    def loss(self) -> Loss:
        """The definition of the loss."""
        return self.meaning.loss

    def shown(self, *, score: bool) -> Loss:
        """The loss, or the score that is 1 minus it where the name or `score` asks for that."""
        loss = self.loss
        turned = (score or self.meaning.as_score) and bool(loss.complement)
        return score_of(loss) if turned else loss


def look_up(
    requests: Sequence[Request], task: Task | None = None, like: str = "standard"
) -> tuple[Wanted, ...]:
    """The losses that requests name, by an id, an alias or a framework's own name.

    `task` decides between losses that share a name, `like` is the convention they are asked under.
    Raises UsageError for a name that none has, or that several have.
    """
    return tuple(Wanted(_meaning(request.name, task, like), request) for request in requests)


def classes_second(wanted: Sequence[Wanted], like: str) -> bool:
    """Whether losses are asked for as torch names them, whose classes are the second axis."""
    return any("torch" in (each.meaning.framework, like) for each in wanted)


def _meaning(name: str, task: Task | None, like: str) -> Meaning:
    from losscli.losses.plugins import installed, load

    if ":" in name:
        return Meaning(load(name))
    try:
        return meaning(name, task, like)
    except UsageError:
        plugin = installed(name)
        if plugin is None:
            raise
        return Meaning(plugin)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


# A list in brackets that is the value of a parameter.
_LIST = re.compile(r"(?<==)\s*[\[(]([^\])]*)[\])]")


def _in_one(listed: re.Match[str]) -> str:
    items = [item.strip().strip("'\"") for item in re.split("[,;]", listed[1])]
    return f"[{';'.join(items)}]"


def _longer(value: Any, part: str) -> str:
    return f"[{str(value).strip('[]')};{part.strip()}]"


def _written(value: Any) -> str:
    return f"[{';'.join(map(str, value))}]" if isinstance(value, (list, tuple)) else str(value)


def _named(part: str) -> tuple[str, str, str]:
    """A request as name, colon and first parameter; `package.module:function` is one name."""
    name, colon, rest = part.partition(":")
    if rest and "=" not in rest.partition(":")[0] and not REGISTRY.knows(name):
        function, colon, rest = rest.partition(":")
        return f"{name}:{function}", colon, rest
    return name, colon, rest


def _assignment(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise UsageError(f"{text!r} is no parameter", hint="Write NAME:PARAMETER=VALUE.")
    return key.strip(), value.strip()
