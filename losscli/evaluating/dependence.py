"""Do rows look dependent though nobody said so? Then a note says which flag says it."""

from __future__ import annotations

from dataclasses import replace

from losscli.engine.evaluation import Batch
from losscli.evaluating.one_pass import Evaluated
from losscli.evaluating.options import Options
from losscli.evaluating.reading import DataReading
from losscli.evaluating.report import Report
from losscli.inputs.columns import Columns
from losscli.inputs.dataset import Dataset
from losscli.stats.repeats import RepeatedRows


def is_watched(options: Options) -> bool:
    """Whether intervals are wanted that take rows for independent."""
    columns = options.columns or Columns()
    return options.ci in ("auto", "bootstrap") and not (options.block_length or columns.cluster)


class Dependence:
    """Adds the note that rows look dependent."""

    def watch(self, reading: DataReading) -> Watch:
        """Looks at the first rows."""
        return Watch()

    def add_to(self, report: Report, found: Evaluated, seen: Watch) -> Report:
        """The report with the note, where there is one."""
        notes = notes_on_dependence(found.dataset, seen.rows)
        return replace(report, notes=(*report.notes, *notes))


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
