"""What must hold for every definition in the registry, and how the registry finds them."""

from __future__ import annotations

import inspect
import math
import re
from collections import Counter

import pytest

from losscli.conventions.convention import Convention
from losscli.conventions.names import meaning
from losscli.conventions.table import CONVENTIONS, convention
from losscli.describing.loss_page import describe, example_value
from losscli.errors import UsageError
from losscli.losses.definition.loss import Labels, Loss, Param, Reading
from losscli.losses.registry import REGISTRY, Registry
from losscli.vocabulary import Kind, Reduction, Task

every_loss = pytest.mark.parametrize("loss", list(REGISTRY), ids=lambda loss: loss.id)
every_convention = pytest.mark.parametrize(
    "like", list(CONVENTIONS.values()), ids=lambda row: row.name
)
every_reading = pytest.mark.parametrize(
    ("loss", "reading"),
    [
        pytest.param(loss, reading, id=f"{loss.id}-{reading.form}")
        for loss in REGISTRY
        for reading in loss.readings
    ],
)


def test_ids_are_unique() -> None:
    counted = Counter(loss.id for loss in REGISTRY)
    assert set(counted.values()) == {1}


def test_a_second_loss_of_the_same_id_is_refused() -> None:
    first = next(iter(REGISTRY))
    with pytest.raises(ValueError, match=first.id):
        Registry([first, first])


def test_a_name_that_several_losses_share_is_told_apart_by_the_task_or_asked() -> None:
    owners: dict[str, list[Loss]] = {}
    for loss in REGISTRY:
        for name in (loss.id, *loss.aliases):
            owners.setdefault(name, []).append(loss)
    for name, losses in owners.items():
        tasks = [task for loss in losses for task in loss.tasks]
        if len(tasks) > len(set(tasks)):
            with pytest.raises(UsageError, match="stands for 2 losses"):
                meaning(name)
            continue
        for loss in losses:
            for task in loss.tasks:
                assert REGISTRY.get(name, task) is loss


@every_loss
def test_a_derivative_is_written_out_where_there_is_a_gradient(loss: Loss) -> None:
    assert bool(loss.derivative) == loss.differentiable
    if loss.featured or not loss.differentiable:
        assert loss.derivative_says.endswith(".")
    assert describe(loss).gradient == f"{loss.derivative or 'none'}. {loss.derivative_says}".strip()


@every_loss
def test_a_transform_has_its_slope(loss: Loss) -> None:
    assert (loss.transform is None) == (loss.transform_slope is None)


def test_no_alias_hides_the_id_of_another_loss() -> None:
    ids = {loss.id for loss in REGISTRY}
    assert not ids & {alias for loss in REGISTRY for alias in loss.aliases}


@every_loss
def test_a_loss_is_found_by_each_of_its_names_however_they_are_spelt(loss: Loss) -> None:
    task = loss.tasks[0]
    for name in (loss.id, *loss.aliases):
        assert loss in REGISTRY.all_called(name)
        if len([other for other in REGISTRY.all_called(name) if task in other.tasks]) > 1:
            continue
        assert REGISTRY.get(name, task) is loss
        assert REGISTRY.get(f" {name.upper().replace('_', '-')} ", task) is loss


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("binary_crosentropy", "binary_cross_entropy"),
        ("hubr", "huber"),
        ("kl_divergance", "kl_divergence"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(UsageError) as refused:
        REGISTRY.get(typed)
    assert typed in refused.value.problem
    assert refused.value.hint.startswith("Did you mean")
    assert meant in refused.value.hint


def test_a_name_like_no_other_is_answered_with_where_to_look() -> None:
    with pytest.raises(UsageError) as refused:
        REGISTRY.get("zzzzqqqq")
    assert "losscli losses" in refused.value.hint


@every_loss
def test_a_loss_says_what_it_is(loss: Loss) -> None:
    for text in (loss.title, loss.family, loss.formula, loss.summary, loss.when, loss.reference):
        assert text.strip()
    assert loss.readings
    assert len(loss.tasks) == len(set(loss.tasks))
    assert loss.lower < loss.upper


@every_loss
def test_the_example_fits_the_loss(loss: Loss) -> None:
    reading = loss.reading_for(loss.example.task)
    assert reading is not None
    assert loss.example.kind in reading.kinds
    assert set(loss.example.inputs) <= set(reading.inputs)
    assert (loss.example.label is not None) is loss.needs_label


@every_loss
def test_the_example_has_a_value_in_the_range_of_the_loss(loss: Loss) -> None:
    for like in CONVENTIONS.values():
        value = example_value(loss, like)
        assert math.isfinite(value), like.name
        assert loss.lower <= value <= loss.upper, like.name


@every_loss
def test_the_page_of_a_loss_says_everything(loss: Loss) -> None:
    page = describe(loss)
    assert page.example_value == example_value(loss, convention("standard"))
    assert [line.name for line in page.params] == list(loss.params)
    assert all(math.isfinite(line.value) for line in page.conventions)


@every_reading
def test_a_kernel_takes_a_prediction_a_label_and_declared_parameters_by_name(
    loss: Loss, reading: Reading
) -> None:
    parameters = inspect.signature(reading.kernel).parameters.values()
    by_name = [p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY]
    assert len(parameters) - len(by_name) == 2
    assert tuple(by_name) == reading.keywords
    # A kernel that several losses share may have a choice with a default that only some offer.
    defaults = {p.name for p in parameters if p.default is not inspect.Parameter.empty}
    assert set(reading.params) - defaults <= set(loss.params)
    assert set(reading.optional_inputs) <= set(reading.inputs)
    assert set(reading.dims) <= {"pred", "label", *reading.inputs}


@every_loss
def test_every_parameter_reaches_the_arithmetic(loss: Loss) -> None:
    reach = {
        name for reading in loss.readings for name in inspect.signature(reading.kernel).parameters
    }
    # These are read off by the engine, not by kernels.
    reach |= {
        "label_smoothing",
        "ignore_index",
        "log_target",
        "multioutput",
        "per",
        "season",
        "average",
    }
    for finish in filter(None, (loss.transform, loss.finish)):
        source = inspect.getsource(inspect.getmodule(finish) or finish)
        reach |= set(re.findall(r'params(?:\[|\.get\()"(\w+)"', source))
    assert set(loss.params) <= reach


@every_loss
def test_default_parameters_lie_in_their_ranges(loss: Loss) -> None:
    assert loss.settle({}) == {name: param.default for name, param in loss.params.items()}
    for param in loss.params.values():
        assert param.doc
        assert param.minimum <= param.maximum


@every_loss
def test_an_unknown_parameter_is_refused(loss: Loss) -> None:
    with pytest.raises(UsageError, match="has no parameter 'nonsense'") as refused:
        loss.settle({"nonsense": 1.0})
    for name in loss.params:
        assert name in refused.value.hint


def test_a_misspelt_parameter_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError) as refused:
        REGISTRY.get("binary_focal").settle({"gama": 2.0})
    assert refused.value.hint == "Did you mean 'gamma'?"


@every_loss
def test_a_parameter_out_of_its_range_is_refused(loss: Loss) -> None:
    for name, param in loss.params.items():
        outside = [
            bound + step
            for bound, step in ((param.minimum, -1.0), (param.maximum, 1.0))
            if math.isfinite(bound)
        ]
        if param.open_ends:
            outside.extend(bound for bound in (param.minimum, param.maximum))
        for value in outside:
            with pytest.raises(UsageError, match=name):
                loss.settle({name: value})


@every_loss
def test_every_parameter_is_finite(loss: Loss) -> None:
    for name in loss.params:
        for value in (math.nan, math.inf, -math.inf):
            with pytest.raises(UsageError, match=name):
                loss.settle({name: value})


@every_convention
def test_a_convention_speaks_only_of_losses_that_exist(like: Convention) -> None:
    ids = {loss.id for loss in REGISTRY}
    assert set(like.exceptions) <= ids
    assert set(like.defaults) <= ids
    for loss in REGISTRY:
        loss.settle(like.defaults_of(loss.id))
        like.axes_of(loss.id)


def test_an_unknown_convention_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError) as refused:
        convention("pytroch")
    assert refused.value.hint == "Did you mean torch?"
    with pytest.raises(UsageError) as refused:
        convention("zzz")
    assert "standard" in refused.value.hint


@every_loss
def test_names_in_frameworks_set_only_what_the_loss_has(loss: Loss) -> None:
    for names in loss.names.values():
        for name in names:
            loss.settle(name.params)
            assert name.kind is None or name.kind in loss.kinds


@every_reading
def test_a_reading_without_labels_belongs_to_a_loss_without_labels(
    loss: Loss, reading: Reading
) -> None:
    assert (reading.labels is Labels.NONE) is not loss.needs_label


@pytest.mark.parametrize("task", Task)
def test_every_task_has_a_loss(task: Task) -> None:
    if task is Task.SCORES:
        # Its losses were evaluated elsewhere.
        return
    assert any(loss.reading_for(task) for loss in REGISTRY)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_read_by_some_loss(kind: Kind) -> None:
    assert any(kind in loss.kinds for loss in REGISTRY)


def test_only_a_sum_is_not_a_mean_by_default() -> None:
    assert {loss.reduction for loss in REGISTRY} <= {Reduction.MEAN, Reduction.SUM}


class TestParam:
    """How the text behind a parameter's = is read."""

    @pytest.mark.parametrize(
        ("param", "text", "value"),
        [
            (Param(2.0, ""), "0.5", 0.5),
            (Param(2.0, ""), " 1e-3 ", 1e-3),
            (Param(3, ""), "7", 7),
            (Param(False, ""), "yes", True),
            (Param(True, ""), "False", False),
            (Param(None, ""), "none", None),
            (Param(None, ""), "0.25", 0.25),
        ],
    )
    def test_text_is_read_as_the_type_of_the_default(
        self, param: Param, text: str, value: object
    ) -> None:
        read = param.parse("x", text)
        assert read == value
        assert type(read) is type(value)

    @pytest.mark.parametrize(
        ("param", "text", "why"),
        [
            (Param(2.0, ""), "two", "not a number"),
            (Param(2.0, ""), "none", "not a number"),
            (Param(2.0, ""), "nan", "finite number"),
            (Param(2.0, "", minimum=0.0), "inf", "finite number"),
            (Param(3, ""), "2.5", "whole number"),
            (Param(3, ""), "inf", "finite number"),
            (Param(True, ""), "perhaps", "true or false"),
            (Param(2.0, "", minimum=0.0), "-1", "lies in"),
            (Param(2.0, "", minimum=0.0, open_ends=True), "0", "lies in"),
            (Param(None, "", minimum=0.0, maximum=1.0), "1.5", "lies in"),
        ],
    )
    def test_text_that_is_no_such_value_is_refused(self, param: Param, text: str, why: str) -> None:
        with pytest.raises(UsageError, match=why):
            param.parse("x", text)

    @pytest.mark.parametrize(
        ("param", "written"),
        [
            (Param(1.0, ""), ""),
            (Param(1.0, "", minimum=0.0), "[0, ∞)"),
            (Param(1.0, "", minimum=0.0, open_ends=True), "(0, ∞)"),
            (Param(0.5, "", minimum=0.0, maximum=1.0), "[0, 1]"),
            (Param(0.5, "", maximum=1.0), "(−∞, 1]"),
        ],
    )
    def test_the_range_is_written_as_an_interval(self, param: Param, written: str) -> None:
        assert param.range == written


@every_loss
def test_what_begins_with_a_vowel_has_its_article(loss: Loss) -> None:
    prose = " ".join((loss.title, loss.summary, loss.when, loss.derivative_says))
    assert not re.search(r"\ba [aei]\w", prose)
