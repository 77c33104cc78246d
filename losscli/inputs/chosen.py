"""The columns that were chosen for every role, and how roles are called."""

from __future__ import annotations

from msgspec import Struct

from losscli.inputs.columns import Table
from losscli.inputs.evidence.looks import Look
from losscli.inputs.roles.claims import Claim
from losscli.inputs.source import Selection, Source
from losscli.vocabulary import Evidence

Chosen = dict[str, tuple[Source, Selection]]
# The columns that identify the rows of a source, by its `id()`.
Keys = dict[int, tuple[int, ...]]

# The role of a column to group by is this and the column's name.
GROUPING = "by "
# … and of a column whose equal values say that rows depend on each other.
CLUSTER = "cluster "
# … and of a column of which the first rows made a decision that all rows have to bear out.
CLAIMED = "claimed "
# The role of the column that names the lists of a ranking.
GROUP = "group"


class Choice(Struct, frozen=True):
    """For each role its source and columns, with notes and the evidence for them.

    `claims` are to be borne out by all rows of the role that each stands by.
    """

    chosen: Chosen
    notes: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    claims: tuple[tuple[str, Claim], ...] = ()


def table_of(source: Source, keys: Keys) -> Table | None:
    """The columns of a source that has names for them."""
    if source.columns is None:
        return None
    places = range(len(source.columns))
    return Table(
        source.name,
        source.columns,
        text=frozenset(place for place in places if source.is_text(place)),
        looks=tuple(Look.of(source.firsts(place)) for place in places),
        index=0 if source.index else None,
        keys=frozenset(keys.get(id(source), ())),
    )
