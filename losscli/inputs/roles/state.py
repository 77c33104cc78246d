"""What a decision on one table has settled so far, and why."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from losscli.errors import UsageError
from losscli.inputs.columns import Columns, Table, pick
from losscli.inputs.evidence.looks import likeness
from losscli.inputs.evidence.words import Says
from losscli.inputs.findings import listed
from losscli.inputs.names import LABEL_NAMES
from losscli.inputs.roles.claims import Claim, Claimed
from losscli.vocabulary import Evidence

# What is seen of a column that was taken by its name alone.
BY_NAME = "by its name"
# Columns with such a correlation speak of the same.
_RELATED = 0.5
# So many columns are named in a step of the reasoning.
_SHOWN = 4
# Fewer rows do not tell numbers of rows from amounts.
_FEWEST = 3


class Wanted(Struct, frozen=True):
    """What the losses that were asked for read of a row.

    `items` are the names of items, such as mean and std; `members` that one reads the members of an
    ensemble, `quantiles` that one reads quantiles.
    """

    items: tuple[tuple[str, ...], ...] = ()
    members: bool = False
    quantiles: bool = False


# Where no loss was asked for.
ANYTHING = Wanted()


class Found(Struct, frozen=True):
    """Columns for a role, and what was seen of them; nothing is said of what goes without saying.

    `claims` are to be confirmed over all rows.
    """

    places: tuple[int, ...]
    seen: str = ""
    follows: str = ""
    shown: tuple[int, ...] = ()
    claims: tuple[Claim, ...] = ()


class State(Struct):
    """The columns of one table, those that are still free, and the roles that were given.

    `apart` are columns that the user gave another role, and that are no candidates for these.
    """

    table: Table
    columns: Columns
    want_pred: bool
    want_label: bool
    wanted: Wanted = ANYTHING
    apart: frozenset[int] = frozenset()
    evidence: list[Evidence] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    pred: tuple[int, ...] = ()
    label: tuple[int, ...] = ()
    free: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        table, columns = self.table, self.columns
        self.pred = pick(table, columns.pred, "--pred-col") if self.want_pred else ()
        self.label = pick(table, columns.label, "--label-col") if self.want_label else ()
        both = set(self.pred) & set(self.label)
        if both:
            raise UsageError(f"{table.named(sorted(both))} cannot be prediction and label at once")
        used = self._reserved() | {*self.pred, *self.label}
        self.free = [place for place in range(len(table.columns)) if place not in used]

    def take_pred(self, found: Found) -> None:
        """Give columns the role of the prediction."""
        self.pred = self._taken(found)

    def take_label(self, found: Found) -> None:
        """Give columns the role of the label."""
        self.label = self._taken(found)

    def _taken(self, found: Found) -> tuple[int, ...]:
        if found.seen:
            self.because(found.shown or found.places, found.seen, found.follows)
        self.claims += found.claims
        self.free = [place for place in self.free if place not in found.places]
        return found.places

    def because(self, places: Sequence[int], seen: str, follows: str) -> None:
        """Add a step of the reasoning."""
        names = [self.table.columns[place] for place in places]
        noun = "column" if len(names) == 1 else "columns"
        self.evidence.append(Evidence(f"{noun} {listed(names, _SHOWN)}", seen, follows))

    def numeric(self) -> list[int]:
        """The free columns of numbers."""
        return [place for place in self.free if place not in self.table.text]

    def saying(self, role: Says) -> list[int]:
        """The free columns whose names say that role."""
        return [place for place in self.free if self.table.says(place) is role]

    def unnamed(self) -> list[int]:
        """The free columns of numbers whose names do not say that they are labels, or losses."""
        return [
            place
            for place in self.numeric()
            if self.table.says(place) not in (Says.LABEL, Says.LOSS)
            and self.table.columns[place].lower() not in LABEL_NAMES
        ]

    def losses(self) -> list[int]:
        """The free columns of numbers that are called losses, which need neither role."""
        return [place for place in self.saying(Says.LOSS) if place not in self.table.text]

    def counts(self, place: int) -> bool:
        """Whether a column tells rows apart rather than what they hold, as far as was looked.

        It counts or numbers them, or is called a time or a group.
        """
        look, said = self.table.look(place), self.table.says(place)
        if said in (Says.TIME, Says.GROUP):
            return True
        if said is not None:
            return False
        return look.counting or (look.unique and look.whole and self._numbers_rows(place))

    def _numbers_rows(self, place: int) -> bool:
        """Whether whole numbers go with no other column, as the numbers of rows do not."""
        table, look = self.table, self.table.look(place)
        if min(look.numbers) <= 1 or len(look.numbers) < _FEWEST:
            return False
        others = (other for other in range(len(table.columns)) if other not in (place, table.index))
        return look.ordered or all(likeness(look, table.look(c)) < _RELATED for c in others)

    def counting(self, places: Sequence[int]) -> tuple[Claim, ...]:
        """What a decision claims of those among these columns that count the rows."""
        return tuple(
            Claim(place, Claimed.COUNTING)
            for place in places
            if self.table.look(place).counting and self.table.says(place) is None
        )

    def _reserved(self) -> set[int]:
        """The columns that are neither prediction nor label: keys, weights, a nameless index."""
        table = self.table
        return {
            place
            for place, name in enumerate(table.columns)
            if place in self.apart
            or place in table.keys
            or place == table.index
            or name == self.columns.weight
            or table.says(place) in (Says.KEY, Says.WEIGHT)
        }
