"""What is asked where several readings fit: the words of each, the likeliest first."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from glob import escape

from losscli.errors import Choice, UsageError
from losscli.inputs.columns import Table
from losscli.inputs.evidence.looks import likeness
from losscli.inputs.findings import listed
from losscli.inputs.roles.groups import numbered
from losscli.inputs.roles.state import State

# So many readings are offered, and the others counted.
_MOST = 4


def ambiguous(
    table: Table,
    role: str,
    flag: str,
    readings: Sequence[Sequence[int]],
    extra: Sequence[Choice] = (),
    besides: Sequence[Choice] = (),
) -> UsageError:
    """The error that several columns could play a role, with the flags of each to type.

    `extra` are choices that take more than columns, which go first; those `besides` go last.
    """
    single = [Choice(flags(table, flag, reading)) for reading in readings[:_MOST]]
    choices = [*extra, *single, *besides]
    more = _more(len(readings))
    for name in (table.columns[place] for reading in readings for place in reading):
        if table.columns.count(name) > 1:
            return UsageError(
                f"{table.file}: which column is the {role}? "
                f"{table.columns.count(name)} columns are named {name!r}",
                hint="Give each a name of its own.",
            )
    return UsageError(f"{table.file}: which column is the {role}?", choices=choices, more=more)


def several_pairs(table: Table, candidates: Sequence[int]) -> UsageError:
    """The error that names do not tell prediction from label, with each pair of flags to type."""
    pairs = [(pred, label) for pred in candidates for label in candidates if pred != label]
    pairs.sort(key=lambda pair: (-_fitness(table, *pair), -_likeness(table, *pair)))
    choices = [
        Choice((*flags(table, "--pred-col", [pred]), *flags(table, "--label-col", [label])))
        for pred, label in pairs[:_MOST]
    ]
    return UsageError(
        f"{table.file}: which column is the prediction, and which the label?",
        choices=choices,
        more=_more(len(pairs)),
    )


def finished_losses(state: State, losses: Sequence[int]) -> UsageError:
    """The error that a table holds losses of its rows, and no prediction beside its label.

    The losses may be evaluated as they are; or one is the label after all, as a loss of money is.
    """
    table = state.table
    seen = [place for place in losses if table.look(place).values or not table.looks]
    parts = [table.columns[place].rpartition(".") for place in losses]
    lists = {name for name, _, item in parts if item.isdigit()}
    if not seen and lists:
        return UsageError(
            f"{table.file}: {listed(sorted(lists))} holds lists of unlike lengths",
            hint='Write a line for each item, such as {"doc": 7, "loss": 1.25}, and say '
            "--score-col loss --cluster-col doc.",
        )
    named = listed([table.columns[place] for place in losses], 3)
    called = "is called a loss" if len(losses) == 1 else "are called losses"
    groups = numbered(table, losses)
    single = [(place,) for place in losses if not any(place in group for group in groups)]
    scores = [flags(table, "--score-col", each) for each in (*single, *groups)]
    choices = [Choice(words, "losses of the rows, as they stand") for words in scores[:_MOST]]
    if not state.want_label:
        choices = [Choice(flags(table, "--pred-col", losses), "the prediction after all")]
    beside = [place for place in state.unnamed() if table.look(place).fractional]
    if state.want_label and len(losses) == 1 and not state.label and (state.pred or beside):
        choices.append(Choice(flags(table, "--label-col", losses), "the label after all"))
    lacking = "a label" if state.pred else "a prediction"
    return UsageError(
        f"{table.file}: {named} {called}, and nothing is {lacking}",
        choices=choices,
        more=_more(len(scores)),
    )


def _more(readings: int) -> str:
    """How many readings there are, where not all are offered."""
    return f"… ({readings} in all)" if readings > _MOST else ""


def _fitness(table: Table, pred: int, label: int) -> int:
    """How much two columns look like prediction and label: fractions, and 0 or 1 beside them."""
    fractional, answer = table.look(pred).fractional, table.look(label).zero_one
    return 2 * fractional + (fractional and answer and table.look(pred).in_unit)


def _likeness(table: Table, pred: int, label: int) -> float:
    """How well two columns go together; rounded, so that either order of them is alike."""
    return round(likeness(table.look(pred), table.look(label)), 6)


def flags(table: Table, flag: str, reading: Sequence[int]) -> tuple[str, ...]:
    """The words that name these columns: a glob where one picks just them, else each name."""
    names = [table.columns[place] for place in reading]
    prefix = names[0]
    while not all(name.startswith(prefix) for name in names):
        prefix = prefix[:-1]
    glob = escape(prefix) + "*"
    picked = [place for place, name in enumerate(table.columns) if fnmatchcase(name, glob)]
    if len(names) > 1 and picked == list(reading):
        return flag, glob
    named = [(f"{flag}={name}",) if name.startswith("-") else (flag, name) for name in names]
    return tuple(word for words in named for word in words)
