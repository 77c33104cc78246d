"""What each framework calls a loss, its parameters and their defaults."""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy as np
import pytest

from losscli.conventions.axes import Axes
from losscli.conventions.convention import Convention
from losscli.conventions.names import framework_entry
from losscli.conventions.table import CONVENTIONS, convention
from losscli.errors import UsageError
from losscli.losses.definition.loss import Loss, Name
from losscli.losses.forms.floors import Floor, Guard
from losscli.losses.registry import REGISTRY
from losscli.vocabulary import Kind, Reduction, Task

every_convention = pytest.mark.parametrize(
    "like", list(CONVENTIONS.values()), ids=lambda row: row.name
)
NAMES = [
    pytest.param(framework, loss, name, id=f"{framework}.{name.name}-{loss.id}")
    for loss in REGISTRY
    for framework, names in loss.names.items()
    for name in names
    # What is written as a call, such as `entropy(pk, qk)`, is no name to type.
    if framework in CONVENTIONS and not {"(", " "} & set(name.name)
]


@pytest.mark.parametrize(
    ("typed", "task", "framework", "loss", "kind", "reduction"),
    [
        ("torch.nn.BCEWithLogitsLoss", None, "torch", "binary_cross_entropy", Kind.LOGIT, None),
        ("nn.BCELoss", None, "torch", "binary_cross_entropy", Kind.PROBABILITY, None),
        ("F.smooth_l1_loss", None, "torch", "smooth_l1", None, None),
        ("torch.nn.functional.smooth_l1_loss", None, "torch", "smooth_l1", None, None),
        ("keras.BinaryFocalCrossentropy", None, "keras", "binary_focal", None, None),
        ("tf.keras.losses.Huber", None, "keras", "huber", None, None),
        ("sklearn.log_loss", Task.BINARY, "sklearn", "binary_cross_entropy", None, None),
        (
            "sklearn.metrics.log_loss",
            Task.MULTICLASS,
            "sklearn",
            "categorical_cross_entropy",
            None,
            None,
        ),
        ("sklearn.jaccard_score", None, None, None, None, None),
        (
            "optax.safe_softmax_cross_entropy",
            None,
            "optax",
            "categorical_cross_entropy",
            Kind.LOGIT,
            Reduction.NONE,
        ),
        ("OPTAX.L2_LOSS", None, "optax", "half_squared_error", None, Reduction.NONE),
        ("mse", None, None, None, None, None),
        ("jax.mse", None, None, None, None, None),
        ("torch.no_such_loss", None, None, None, None, None),
    ],
)
def test_a_dotted_name_is_found(
    typed: str, task: Task | None, framework: Any, loss: Any, kind: Any, reduction: Any
) -> None:
    found = framework_entry(typed, task)
    if framework is None:
        assert found is None
        return
    assert found is not None
    assert (found[0], found[1].id) == (framework, loss)
    assert found[2].reduction is reduction
    if kind is not None:
        assert found[2].kind is kind


def test_a_name_brings_its_settings() -> None:
    found = framework_entry("optax.safe_softmax_cross_entropy")
    assert found is not None
    assert found[2].params == {"safe": True}


@pytest.mark.parametrize(("framework", "loss", "name"), NAMES)
def test_every_name_stands_for_its_loss(framework: str, loss: Loss, name: Name) -> None:
    shared = sum(
        name.name in (other.name for other in another.names.get(framework, ()))
        for another in REGISTRY
    )
    # Where one name is for one item and for several, several are classes.
    for task in set(loss.tasks) - ({Task.MULTILABEL} if shared > 1 else set()):
        found = framework_entry(f"{framework}.{name.name}", task)
        assert found is not None
        assert (found[0], found[1], found[2]) == (framework, loss, name)


@pytest.mark.parametrize(("framework", "loss", "name"), NAMES)
def test_every_name_belongs_to_a_convention_and_sets_what_there_is(
    framework: str, loss: Loss, name: Name
) -> None:
    assert framework in CONVENTIONS
    loss.settle({**CONVENTIONS[framework].defaults_of(loss.id), **name.params})
    assert name.kind is None or name.kind in loss.kinds


@every_convention
def test_a_convention_speaks_only_of_losses_and_parameters_that_exist(like: Convention) -> None:
    losses = {loss.id: loss for loss in REGISTRY}
    axes = set(inspect.signature(Axes).parameters)
    for table in (like.exceptions, like.defaults, like.mean_defaults, like.spellings):
        assert set(table) <= set(losses)
    for changed in like.exceptions.values():
        assert set(changed) <= axes
    for table in (like.defaults, like.mean_defaults):
        for name, values in table.items():
            losses[name].settle(values)


SAMPLES = {
    "apply_class_balancing": (True, False),
    "input2": (),
    "epsilon": (1e-12,),
    "ignore_class": (2,),
    "squared": (),
    "multiclass_mode": ("one-vs-all",),
    "scale_by_half": ("auto", True, "False"),
    "tweedie_variance_power": (1.2,),
    "eps": (),
    "multi_class": ("ovr",),
    "average": ("macro",),
    "ndcg_exp_gain": (True, "False"),
}


@every_convention
def test_renamed_parameters_become_those_of_the_loss(like: Convention) -> None:
    for name, renamed in like.spellings.items():
        loss = REGISTRY.get(name)
        for theirs in renamed:
            for value in SAMPLES.get(theirs, (0.5,)):
                loss.settle(like.read(loss, {theirs: value}).params)


@pytest.mark.parametrize(
    ("like", "loss", "given", "read"),
    [
        ("sklearn", "pinball", {"alpha": 0.9}, {"quantile": 0.9}),
        ("catboost", "expectile", {"alpha": 0.9}, {"expectile": 0.9}),
        ("torchvision", "binary_focal", {"alpha": -1}, {"alpha": None}),
        ("torchvision", "binary_focal", {"alpha": 0.3}, {"alpha": 0.3}),
        ("keras", "binary_focal", {"apply_class_balancing": False}, {"alpha": None}),
        ("keras", "binary_focal", {"apply_class_balancing": True, "alpha": 0.3}, {"alpha": 0.3}),
        ("keras", "tversky", {"alpha": 0.3, "beta": 0.6}, {"beta": 0.3, "alpha": 0.6}),
        ("optax", "cosine_distance", {"epsilon": 1e-8}, {"eps": 1e-4}),
        ("optax", "dice", {"alpha": 0.5}, {}),
        ("torch", "pinball", {"quantile": 0.9}, {"quantile": 0.9}),
        ("standard", "binary_focal", {"gamma": 3.0}, {"gamma": 3.0}),
    ],
)
def test_parameters_by_their_name_there(
    like: str, loss: str, given: dict[str, Any], read: dict[str, Any]
) -> None:
    assert convention(like).read(REGISTRY.get(loss), given).params == pytest.approx(read)


def test_a_dice_loss_with_weights_is_another_loss() -> None:
    with pytest.raises(UsageError) as refused:
        convention("optax").read(REGISTRY.get("dice"), {"alpha": 0.3})
    assert "tversky" in refused.value.hint


@pytest.mark.parametrize(
    ("dtype", "eps"),
    [
        (np.float16, 2.0**-10),
        (np.float32, 2.0**-23),
        (np.float64, 2.0**-52),
        (np.int64, 2.0**-52),
        (None, 2.0**-52),
    ],
)
def test_the_clip_of_sklearn_is_that_of_the_stored_type(dtype: Any, eps: float) -> None:
    found = convention("sklearn").stored_as(None if dtype is None else np.dtype(dtype))
    assert found.axes.floor == Floor(Guard.CLIP, eps, logs_only=True)
    assert found.axes.class_floor == Floor(Guard.CLIP, eps, logs_only=True)


@every_convention
def test_which_conventions_look_at_the_stored_type(like: Convention) -> None:
    stored = like.stored_as(np.dtype(np.float32))
    assert (stored == like) is (like.name not in ("sklearn", "keras"))


def test_defaults_of_a_mean_alone() -> None:
    torch = convention("torch")
    assert torch.defaults_of("ctc") == {"layout": "TNC", "per_target": True}
    assert torch.defaults_of("ctc", Reduction.SUM) == {"layout": "TNC"}


@every_convention
def test_a_convention_differs_from_itself_in_nothing(like: Convention) -> None:
    axes = set(inspect.signature(Axes).parameters)
    assert like.axes.differences(like.axes, axes) == ()
    other = CONVENTIONS["standard"].axes
    assert bool(like.axes.differences(other, axes)) is (like.axes != other)
    assert all(isinstance(word, str) for word in like.axes.differences(other, axes))
    assert math.isfinite(like.axes.floor.size)
