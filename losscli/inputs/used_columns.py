"""What the columns of all tables were taken for, and which of them are not used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from shlex import quote

from losscli.inputs.chosen import CLAIMED, CLUSTER, GROUPING
from losscli.inputs.columns import Columns
from losscli.inputs.evidence.words import Says, says
from losscli.inputs.findings import Findings, ReadRole, UnusedColumn
from losscli.inputs.pairing import Feed
from losscli.vocabulary import Evidence


def findings_of(feeds: Iterable[Feed], columns: Columns, evidence: Sequence[Evidence]) -> Findings:
    """What the columns of all tables were taken for, and which of them are not used."""
    read: list[ReadRole] = []
    unused: list[UnusedColumn] = []
    named = {"pred": columns.pred, "label": columns.label, "key": columns.id}
    named["weight"] = columns.weight
    for feed in feeds:
        source = feed.source
        if source.columns is None:
            continue
        used = {0} if source.index else set()
        for role, chosen in feed.roles.items():
            if role.startswith(CLAIMED):
                continue
            places = chosen.columns or ()
            used |= set(places)
            # Where a role takes all there is, nothing was chosen.
            guessed = not (role.startswith((GROUPING, CLUSTER)) or named.get(role))
            guessed = guessed and len(places) < len(source.columns)
            names = tuple(source.columns[place] for place in places)
            read.append(ReadRole(role.partition(" of model ")[0], source.name, names, guessed))
        unused += [
            UnusedColumn(name, source.name, _flag_for(name))
            for place, name in enumerate(source.columns)
            if place not in used
        ]
    return Findings(tuple(read), tuple(unused), tuple(evidence))


def _flag_for(name: str) -> str:
    """The flag that would use a column which is not read, where its name suggests one."""
    return f"--weight-col {quote(name)}" if says(name) is Says.WEIGHT else ""
