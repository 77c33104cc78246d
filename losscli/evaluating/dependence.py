"""Do rows look dependent though nobody said so? Then a note says which flag says it."""

from __future__ import annotations

from msgspec.structs import replace

from losscli.engine.evaluation import Batch
from losscli.evaluating.one_pass import Evaluated
from losscli.evaluating.options import Options
from losscli.evaluating.reading import DataReading
from losscli.evaluating.report import Report
from losscli.inputs.columns import Columns
from losscli.inputs.dataset import Dataset
from losscli.stats.repeats import FEWEST_ROWS, RepeatedRows


def is_watched(options: Options) -> bool:
    """Whether intervals are wanted that take rows for independent."""
    columns = options.columns or Columns()
    return options.ci in ("auto", "bootstrap") and not (options.block_length or columns.cluster)


class Dependence:
    """Adds the note that rows look dependent."""

    def watch(self, reading: DataReading) -> Watch | None:
        """Looks at the first rows; not where there are too few to tell."""
        few = reading.rows is not None and reading.rows < FEWEST_ROWS
        return None if few else Watch()

    def add_to(self, report: Report, found: Evaluated, seen: Watch | None) -> Report:
        """The report with the note, where there is one."""
        rows = RepeatedRows() if seen is None else seen.rows
        notes = notes_on_dependence(found.dataset, rows)
        return replace(report, notes=(*report.notes, *notes)) if notes else report


class Watch:
    """Looks for rows that repeat."""

    def __init__(self) -> None:
        self.rows = RepeatedRows()

    def add(self, batch: Batch) -> None:
        """Take in a batch."""
        self.rows.add(batch.block, [batch.block.pred])

    def fresh(self) -> Watch:
        """One that has seen nothing."""
        return Watch()

    def merge(self, later: Watch) -> None:
        """Take in what another one has seen of later rows."""
        self.rows.merge(later.rows)


def notes_on_dependence(dataset: Dataset, rows: RepeatedRows) -> list[str]:
    """That values of columns repeat, or else that whole rows do."""
    return [each.words for each in dataset.repeating()] or [note for note in [rows.note()] if note]
