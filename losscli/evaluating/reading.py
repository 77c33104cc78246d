"""How one data set is read: what is predicted, how labels are written, which losses follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from losscli.conventions.table import convention
from losscli.engine.evaluation import Evaluation, RunSettings
from losscli.engine.gate import HEAVIEST, LIGHTEST
from losscli.engine.row_losses import row_of
from losscli.engine.run import Outcome, block_rows
from losscli.errors import UsageError
from losscli.evaluating.label_summary import MOST_KEPT, LabelSummary
from losscli.evaluating.named_forecasts import at_named_levels, check_levels, check_names, levels_of
from losscli.evaluating.options import Options
from losscli.evaluating.plan import PlanSettings, plan
from losscli.evaluating.requests import Request, look_up
from losscli.evaluating.scores import score_evaluations
from losscli.evaluating.texts import requests_of_texts
from losscli.inputs.block import Block
from losscli.inputs.dataset import Dataset
from losscli.inputs.formats import KEY_MARK
from losscli.inputs.source import Scores
from losscli.losses.definition.loss import RowLoss, Shape
from losscli.losses.forms.categorical import Form
from losscli.losses.texts import LAYOUT
from losscli.task.decide import decide
from losscli.task.decision import HIGH, Decision, Hints, kind_named_by
from losscli.task.labels import CODED_TASKS, LabelCode, label_code
from losscli.task.profile import LEFT_OUT, MARKS, MOST_VALUES, tolerance
from losscli.task.quantities import named_quantities
from losscli.task.rounding import UnitRounding
from losscli.vocabulary import Evidence, Kind, Reduction, Task

_IGNORE = "ignore_index"
_TOKEN_LOSSES = ("categorical_cross_entropy", "perplexity")


class DataReading(Struct, frozen=True):
    """How one data set is read, and what follows for every block.

    `rows` is the number of its rows, None where that is not known before reading.
    """

    verdict: Decision
    setting: RunSettings
    evaluations: tuple[Evaluation, ...]
    rows: int | None = None

    def same_as(self, other: DataReading) -> bool:
        """Whether both come to the same numbers."""
        return self.evaluations == other.evaluations and self.setting == other.setting


def summary_for(reading: DataReading, rows: int | None) -> LabelSummary | None:
    """An empty summary of the labels, for the baselines; None where no loss can use one."""
    task = reading.verdict.task
    same = [item for item in reading.evaluations if item.task is task]
    if not same or reading.setting.left_out is not None:
        return None
    ignored = (item.params.get("ignore_index") for item in same)
    ignore = next((index for index in ignored if index is not None), None)
    many = rows is not None and rows > MOST_KEPT
    return LabelSummary(task, reading.setting.code, ignore=ignore, many=many)


def hints_for(options: Options, dataset: Dataset) -> Hints:
    """What the user said, or the names of the columns suggest, about the reading."""
    # An array of an archive has a name too.
    _, _, key = dataset.pred.file.rpartition(KEY_MARK)
    columns = tuple(dataset.pred.columns or ((key,) if KEY_MARK in dataset.pred.file else ()))
    labelled = () if dataset.label is None else tuple(dataset.label.columns or ())
    named = Kind.QUANTILE if levels_of(columns) else kind_named_by(columns)
    return Hints(
        kind=None if options.kind is None else Kind(options.kind),
        task=None if options.task is None else Task(options.task),
        named=named,
        worded=options.classes is not None,
        quantities=named_quantities((*columns, *labelled)),
    )


def first_look(dataset: Dataset) -> Outcome:
    """The profiles of the first block."""
    return _look(dataset, [dataset.first(block_rows(dataset.width))])


def full_look(dataset: Dataset) -> Outcome:
    """The profiles of all rows."""
    return _look(dataset, dataset.blocks(block_rows(dataset.width)))


def _look(dataset: Dataset, blocks: Iterable[Block]) -> Outcome:
    seen = Outcome()
    near = tolerance_of(dataset)
    for block in blocks:
        seen.add_profiles(block, near, rounding_of(dataset))
    return seen


def read_as(
    dataset: Dataset, seen: Outcome, requests: tuple[Request, ...], options: Options
) -> DataReading:
    """The reading that the profiles `seen` call for.

    Raises UsageError for requests that the data cannot answer.
    """
    if dataset.pred.scores is Scores.TEXTS:
        return text_reading(dataset, requests, options)
    if is_of_scores(dataset, options):
        return score_reading(dataset, requests, options)
    if dataset.pred.tokens:
        requests, options = _of_tokens(seen, requests, options)
    width = dataset.width
    hints = hints_for(options, dataset)
    verdict = decide(seen.pred, seen.label, width, hints)
    settings = PlanSettings(
        convention=convention(options.like).stored_as(dataset.pred.dtype),
        reduction=None if options.reduction is None else Reduction(options.reduction),
        kind=hints.kind,
        params=options.params,
        dtype=dataset.pred.dtype,
        dims=max(2, len(dataset.pred.shape or ())),
        score=options.score,
    )
    evaluations = plan(requests, verdict, width, settings, labelled=seen.label is not None)
    if "quantile" not in options.params:
        evaluations = at_named_levels(dataset.pred.columns or (), evaluations, requests)
    if dataset.pred.columns:
        check_names(dataset.pred.columns, evaluations)
    check_levels(evaluations, width)
    guessed = hints.kind is None and hints.named is None and verdict.kind is not Kind.PROBABILITY
    left_out = _left_out(seen, options)
    several = seen.label is not None and seen.label.width > 1
    if not requests and left_out is not None and several:
        # Of the losses that fit, those whose rows can do without single items.
        evaluations = tuple(filter(_by_item, evaluations))
    chances = verdict.kind is not Kind.VALUE and any(
        item.kind is verdict.kind for item in evaluations
    )
    if verdict.question is not None and (not requests or chances):
        raise verdict.question
    if all(item.kind is not verdict.kind for item in evaluations):
        # A loss that was named and reads the data in its own way settles what was in doubt.
        verdict = replace(verdict, doubts=())
    if not evaluations or (seen.label is None and not requests and guessed):
        raise UsageError(
            "there are no labels to compare with",
            hint="Give a label file after the prediction, or name the column: --label-col.",
        )
    tasks = {item.task for item in evaluations}
    code = LabelCode(width)
    if seen.pred.text:
        _check_words(dataset, evaluations)
        code = _word_code(dataset, seen, options)
    elif tasks & CODED_TASKS:
        # Pairs have one label each, however many items their embeddings have.
        items = 1 if tasks == {Task.PAIRS} else width
        code = code_for(dataset, seen, options, items)
    setting = RunSettings(
        code,
        _tolerance(dataset, seen, verdict),
        class_weights(options.class_weight, code),
        outside_unit=any(item.axes.squash for item in evaluations) and seen.pred.outside_unit > 0,
        left_out=left_out,
        rounding=rounding_of(dataset),
    )
    return DataReading(verdict, setting, evaluations, dataset.rows)


def _of_tokens(
    seen: Outcome, requests: tuple[Request, ...], options: Options
) -> tuple[tuple[Request, ...], Options]:
    """Requests and options for rows that are tokens.

    Without requests, the losses of language models. Labels of −100 are left out, as torch and
    Hugging Face do, where the losses can leave rows out and nothing else was said.
    """
    requests = requests or tuple(map(Request, _TOKEN_LOSSES))
    left_out = seen.label is not None and not seen.label.text and seen.label.low == LEFT_OUT
    wanted = look_up(requests, like=options.like)
    if not left_out or not all(_IGNORE in each.loss.params for each in wanted):
        return requests, options
    params = {_IGNORE: LEFT_OUT, **options.params}
    return requests, replace(options, params=params)


def text_reading(dataset: Dataset, requests: tuple[Request, ...], options: Options) -> DataReading:
    """How texts are read: as the log-likelihoods and the units that they have.

    Raises UsageError for a loss whose unit the file does not tell.
    """
    evidence = Evidence("columns", ", ".join(LAYOUT), "texts: what their tokens cost")
    verdict = Decision(Task.TEXTS, Kind.LOG_PROBABILITY, HIGH, (evidence,))
    settings = PlanSettings(
        convention=convention(options.like),
        reduction=None if options.reduction is None else Reduction(options.reduction),
        params=options.params,
    )
    evaluations = plan(
        requests_of_texts(requests, dataset),
        verdict,
        dataset.width,
        settings,
        labelled=False,
    )
    setting = RunSettings(LabelCode(dataset.width), tolerance_of(dataset))
    return DataReading(verdict, setting, evaluations, dataset.rows)


def is_of_scores(dataset: Dataset, options: Options) -> bool:
    """Whether the data are scores of rows, not predictions."""
    return dataset.pred.scores is not None or options.scored


def score_reading(dataset: Dataset, requests: tuple[Request, ...], options: Options) -> DataReading:
    """How scores of rows are read: as they stand, each column's mean.

    Raises UsageError for a loss that is no column of the data.
    """
    names = dataset.pred.columns or ("score",)
    follows = "taken as they stand: their means"
    evidence = Evidence("columns", ", ".join(names), follows)
    verdict = Decision(Task.SCORES, Kind.SCORE, HIGH, (evidence,))
    evaluations = score_evaluations(
        names, requests, options, written=dataset.pred.scores is Scores.ROWS
    )
    setting = RunSettings(LabelCode(dataset.width), tolerance_of(dataset))
    return DataReading(verdict, setting, evaluations, dataset.rows)


def tolerance_of(dataset: Dataset) -> float:
    """How far the sum of a row of probabilities may be off 1, for how they are stored."""
    return tolerance(dataset.width, dataset.pred.dtype, dataset.pred.decimals)


def rounding_of(dataset: Dataset) -> UnitRounding:
    """Which probabilities lie outside [0, 1] by rounding, for how they are stored."""
    return UnitRounding.of(dataset.pred.dtype)


def _check_words(dataset: Dataset, evaluations: Sequence[Evaluation]) -> None:
    """Raise UsageError for a loss that computes with numbers where predictions are words."""
    for item in evaluations:
        if Task.CLASSES not in item.reading.tasks:
            raise UsageError(
                f"{item.loss.short} reads numbers, and predictions and labels are words "
                f"({dataset.pred.file})",
                hint="Words are compared with words: -l zero_one, f1_loss, mcc_loss.",
            )


def _by_item(evaluation: Evaluation) -> bool:
    """Whether each item of a row has a loss of its own, so that single ones can be left out."""
    reading = evaluation.reading
    sums = reading.shape is Shape.ROWS and reading.form is not Form.DECISION
    return sums and row_of(evaluation) is RowLoss.ELEMENTS


def _left_out(seen: Outcome, options: Options) -> frozenset[float] | None:
    """The labels that mark items to leave out, where such are left out at all."""
    if options.nan != "drop-items" or seen.label is None:
        return None
    return MARKS if seen.label.marked else frozenset()


def _word_code(dataset: Dataset, seen: Outcome, options: Options) -> LabelCode:
    """How predictions and labels that are both words are written: one code for both.

    Raises UsageError where there are too many words to be classes.
    """
    if options.classes is not None:
        return LabelCode(1, tuple(options.classes))
    labels = None if seen.label is None else seen.label.values
    if seen.pred.values is None or labels is None:
        raise UsageError(
            f"{dataset.pred.file}: prediction and label are more than {MOST_VALUES:,} different "
            "words, which are no classes"
        )
    return LabelCode(1, tuple(sorted(seen.pred.values | labels)))


def _tolerance(dataset: Dataset, seen: Outcome, verdict: Decision) -> float:
    """The same, for all that the values of classes that compete tell of how they were rounded."""
    near = tolerance_of(dataset)
    if verdict.task is not Task.MULTICLASS or seen.label is None or seen.label.width > 1:
        return near
    return max(near, seen.pred.rounded(dataset.width) * (1 + 1e-9))


def code_for(dataset: Dataset, seen: Outcome, options: Options, items: int) -> LabelCode:
    """How the labels of so many items are written."""
    given = None if options.classes is None else tuple(options.classes)
    return label_code(
        seen.label,
        items,
        given=given,
        columns=dataset.class_names,
        titled=dataset.pred.titled,
    )


def class_weights(
    given: Sequence[float] | Mapping[Any, float] | None, code: LabelCode
) -> tuple[float, ...] | None:
    """Weights of classes in the order of the prediction's columns.

    Raises UsageError for strange names, another number of weights, and weights below 0.
    """
    if given is None:
        return None
    wanted = max(2, code.width)
    if isinstance(given, Mapping):
        names = code.classes or tuple(str(place) for place in range(wanted))
        strays = [key for key in given if str(key) not in names]
        if strays:
            raise UsageError(f"no class {strays[0]!r}", hint=f"The classes: {', '.join(names)}.")
        by_name = {str(key): float(value) for key, value in given.items()}
        weights = tuple(by_name.get(name, 1.0) for name in names)
    else:
        weights = tuple(float(value) for value in given)
    if len(weights) != wanted:
        raise UsageError(f"{len(weights)} class weights for {wanted} classes")
    if any(weight != 0.0 and not LIGHTEST <= weight <= HEAVIEST for weight in weights):
        raise UsageError(f"class weights are 0, or from {LIGHTEST:g} to {HEAVIEST:g}")
    return weights
