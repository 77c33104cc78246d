"""What the columns of all tables were taken for, and which of them are not used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from shlex import quote

from losscli.inputs.chosen import CLAIMED, CLUSTER, GROUPING
from losscli.inputs.columns import Columns
from losscli.inputs.evidence.words import Says, says
from losscli.inputs.findings import Findings, ReadRole, UnusedColumn
from losscli.inputs.pairing import Feed
from losscli.inputs.source import Scores
from losscli.vocabulary import Evidence


def findings_of(feeds: Iterable[Feed], columns: Columns, evidence: Sequence[Evidence]) -> Findings:
    """What the columns of all tables were taken for, and which of them are not used."""
    tables = [feed for feed in feeds if feed.source.columns is not None]
    named = {"pred": columns.pred, "label": columns.label, "key": columns.id}
    named |= {"weight": columns.weight, "score": columns.score, "group": columns.group}
    read: list[ReadRole] = []
    used: dict[str, set[str]] = {}
    for feed in tables:
        names = feed.source.columns or ()
        known = used.setdefault(feed.source.name, set())
        known |= set(names[:1]) if feed.source.index else set()
        for key, chosen in feed.roles.items():
            if key.startswith(CLAIMED):
                continue
            taken = tuple(names[place] for place in chosen.columns or ())
            known |= set(taken)
            role = key.partition(" of model ")[0]
            if chosen.scores in (Scores.GIVEN, Scores.ROWS):
                role = "score"
            # Where a role takes all there is, nothing was chosen.
            guessed = not (role.startswith((GROUPING, CLUSTER)) or named.get(role))
            guessed = guessed and len(taken) < len(names)
            read.append(ReadRole(role, feed.source.name, taken, guessed))
    unused = dict.fromkeys(
        UnusedColumn(name, feed.source.name, _flag_for(name))
        for feed in tables
        for name in feed.source.columns or ()
        if name not in used[feed.source.name]
    )
    return Findings(tuple(read), tuple(unused), tuple(evidence))


def _flag_for(name: str) -> str:
    """The flag that would use a column which is not read, where its name suggests one."""
    return f"--weight-col {quote(name)}" if says(name) is Says.WEIGHT else ""
