"""One pair of files → its row: losses, or the error that it has instead."""

from __future__ import annotations

from msgspec.structs import replace

from losscli.batching.fingerprint import key_of
from losscli.batching.item import Item
from losscli.batching.report import BatchRow, Failure, LossValue
from losscli.errors import DataError, LosscliError, UsageError
from losscli.evaluating.intervals import ClusterIntervals, clusters_for
from losscli.evaluating.misread import labels_as_places, misread_as_logits
from losscli.evaluating.one_pass import Evaluated, evaluated
from losscli.evaluating.report import Result
from losscli.evaluating.results import report_of, results_of
from losscli.stats.bootstrap import Bootstrap

BUG = 70


def row_of(item: Item, threads: int | None = None) -> BatchRow:
    """The row of an item. An error of this item is part of the row, and never raised."""
    # First, so that a file which changes meanwhile does not pass for the one that was evaluated.
    key = key_of(item)
    try:
        options = item.options
        if options.threads != threads:
            options = replace(options, threads=threads)
        clustered = clusters_for(options)
        extras = [] if clustered is None else [clustered]
        found = evaluated(
            item.pred, item.label, item.losses, options, extras=extras, baselines=False
        )
        verdict = found.reading.verdict
        results, of_clusters = _between_clusters(found, clustered)
        values = [loss.tally().finished.value for loss in found.outcome.losses]
        notes = [
            *found.dataset.notes,
            *(each.remark for each in found.reading.evaluations if each.remark),
            *misread_as_logits(found.dataset, found.reading, found.outcome, values),
            *labels_as_places(found.dataset, found.reading, found.outcome),
            *of_clusters,
        ]
        return BatchRow(
            item.name,
            item.pred,
            item.label,
            key,
            verdict.task.value,
            verdict.kind.value,
            tuple(map(LossValue.of, results)),
            notes=tuple(dict.fromkeys(notes)),
        )
    except DataError as error:
        failure = Failure(error.exit_code, str(error), error.file, error.position, error.column)
    except UsageError as error:
        failure = Failure(error.exit_code, error.without_choices, choices=error.choices)
    except LosscliError as error:
        failure = Failure(error.exit_code, str(error))
    except MemoryError:
        failure = Failure(BUG, "memory is too small for it.")
    except Exception as error:
        failure = Failure(
            BUG, f"internal error, a bug of losscli ({type(error).__name__}: {error})."
        )
    return failed_row(item, failure, key)


def _between_clusters(
    found: Evaluated, clustered: ClusterIntervals | None
) -> tuple[tuple[Result, ...], tuple[str, ...]]:
    """The results, their errors taken between clusters where rows have such, and notes on these."""
    if clustered is None:
        return results_of(found.reading, found.outcome, None), ()
    report = report_of(found.dataset, found.reading, found.outcome, None)
    [seen] = found.watched
    assert isinstance(seen, Bootstrap)
    after = clustered.add_to(report, found, seen)
    return after.results, after.notes[len(report.notes) :]


def failed_row(item: Item, failure: Failure, key: str | None = None) -> BatchRow:
    """The row of an item without losses. What may go well another time has no key."""
    lasting = failure.exit_code != BUG
    return BatchRow(item.name, item.pred, item.label, key if lasting else None, failure=failure)
