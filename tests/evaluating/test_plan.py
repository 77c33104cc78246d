"""What is asked for with --loss, and what is made of it."""

from __future__ import annotations

from typing import Any

import pytest

from losscli.conventions.table import convention
from losscli.errors import UsageError
from losscli.evaluating.plan import PlanSettings, fitting, plan
from losscli.evaluating.requests import parse_requests
from losscli.task.advice import RECOMMENDED
from losscli.task.decision import HIGH, Decision
from losscli.vocabulary import Kind, Reduction, Task

BASIC = (Task.REGRESSION, Task.BINARY, Task.MULTILABEL, Task.MULTICLASS, Task.DISTRIBUTION)
STANDARD = PlanSettings(convention("standard"))


def verdict(task: Task, kind: Kind = Kind.PROBABILITY) -> Decision:
    return Decision(task, kind, HIGH, ())


def planned(*texts: str, task: Task = Task.BINARY, width: int = 1, **how: Any) -> Any:
    settings = how.pop("settings", STANDARD)
    kind = how.pop("kind", Kind.PROBABILITY)
    labelled = how.pop("labelled", True)
    return plan(parse_requests(texts), verdict(task, kind), width, settings, labelled=labelled)


class TestFrameworks:
    """A number under a framework's name is that framework's number."""

    def test_a_loss_that_a_framework_lacks_is_the_standard_one_and_that_is_said(self) -> None:
        (dice,) = planned("dice", settings=PlanSettings(convention("sklearn")))
        assert dice.convention.name == "standard"
        assert dice.remark == "sklearn has no Dice loss: it is losscli's standard number"

    def test_without_names_only_the_losses_of_the_framework_are_chosen(self) -> None:
        found = planned(settings=PlanSettings(convention("sklearn")))
        assert [item.loss.id for item in found] == ["binary_cross_entropy", "brier", "zero_one"]
        assert {(item.convention.name, item.remark) for item in found} == {("sklearn", "")}

    def test_where_it_has_none_that_fit_the_standard_ones_are_and_that_is_said(self) -> None:
        found = planned(settings=PlanSettings(convention("scipy")))
        assert {item.convention.name for item in found} == {"standard"}
        assert all(item.remark.startswith("scipy has no ") for item in found)

    @pytest.mark.parametrize("like", ["exact", "textbook", "clip=1e-15", "add=1e-8"])
    def test_a_rule_of_no_framework_holds_for_any_loss(self, like: str) -> None:
        (dice,) = planned("dice", settings=PlanSettings(convention(like)))
        assert (dice.convention.name, dice.remark) == (like, "")


class TestChoosing:
    """Names to evaluations."""

    def test_of_losses_that_are_always_equal_one_is_shown(self) -> None:
        def shown(task: Task) -> set[str]:
            return {item.loss.id for item in planned(task=task, width=3)}

        assert "kl_divergence" not in shown(Task.MULTICLASS)
        assert {"categorical_cross_entropy", "kl_divergence"} <= shown(Task.DISTRIBUTION)
        (asked,) = planned("kl", task=Task.MULTICLASS, width=3)
        assert asked.loss.id == "kl_divergence"

    def test_a_name_that_two_losses_share_goes_by_the_task(self) -> None:
        (binary,) = planned("log_loss")
        (classes,) = planned("log_loss", task=Task.MULTICLASS, width=3)
        assert binary.loss.id == "binary_cross_entropy"
        assert classes.loss.id == "categorical_cross_entropy"

    def test_parameters_are_read_and_checked(self) -> None:
        (focal,) = planned("focal:gamma=5,alpha=0.25")
        assert focal.params == {"gamma": 5.0, "alpha": 0.25, "label_smoothing": 0.0}

    def test_a_parameter_for_all_losses_reaches_those_that_have_it(self) -> None:
        settings = PlanSettings(convention("standard"), params={"gamma": 3.0})
        bce, focal = planned("bce,focal", settings=settings)
        assert focal.params["gamma"] == 3.0
        assert "gamma" not in bce.params

    def test_what_a_loss_is_given_itself_wins_over_what_all_are_given(self) -> None:
        settings = PlanSettings(convention("standard"), params={"gamma": 3.0})
        (focal,) = planned("focal:gamma=1", settings=settings)
        assert focal.params["gamma"] == 1.0

    def test_a_parameter_for_all_that_none_has_is_refused(self) -> None:
        with pytest.raises(UsageError, match="no loss here has a parameter 'gamma'"):
            planned("bce", settings=PlanSettings(convention("standard"), params={"gamma": 3.0}))

    def test_without_a_name_the_losses_that_fit_are_taken_the_recommended_first(self) -> None:
        for task in BASIC:
            kind = Kind.VALUE if task is Task.REGRESSION else Kind.PROBABILITY
            width = 3 if task not in (Task.REGRESSION, Task.BINARY) else 1
            found = planned(task=task, kind=kind, width=width)
            assert found[0].loss.id == RECOMMENDED[task]
            assert [item.recommended for item in found] == [True] + [False] * (len(found) - 1)
            assert all(item.task is task and item.kind is kind for item in found)
            assert all(item.loss.featured and item.loss.needs_label for item in found)

    def test_without_labels_only_losses_of_the_prediction_fit(self) -> None:
        found = fitting(verdict(Task.DISTRIBUTION), labelled=False)
        assert [loss.id for loss in found] == ["entropy"]

    def test_the_reduction_is_the_losses_own_unless_one_is_given(self) -> None:
        (own,) = planned("sse", task=Task.REGRESSION, kind=Kind.VALUE)
        assert own.reduction is Reduction.SUM
        settings = PlanSettings(convention("standard"), reduction=Reduction.MEAN)
        (given,) = planned("sse", task=Task.REGRESSION, kind=Kind.VALUE, settings=settings)
        assert given.reduction is Reduction.MEAN

    def test_a_regression_loss_reads_probabilities_as_values(self) -> None:
        (mse,) = planned("mse", task=Task.BINARY, kind=Kind.PROBABILITY)
        assert (mse.task, mse.kind) == (Task.REGRESSION, Kind.VALUE)


class TestRefusals:
    """What cannot be meant."""

    def test_an_unknown_loss(self) -> None:
        with pytest.raises(UsageError, match="'crossentropie'") as refused:
            planned("crossentropie")
        assert "Did you mean" in refused.value.hint

    def test_an_unknown_parameter(self) -> None:
        with pytest.raises(UsageError, match="has no parameter 'gama'") as refused:
            planned("focal:gama=2")
        assert refused.value.hint == "Did you mean 'gamma'?"

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("focal:gamma=-1", r"gamma=-1: gamma lies in \[0, ∞\)"),
            ("focal:alpha=1.5", r"alpha=1.5: alpha lies in \[0, 1\]"),
            ("focal:gamma=two", "'two' is not a number"),
            ("focal:gamma=nan", "gamma=nan: gamma is a finite number"),
            ("bce:label_smoothing=2", r"label_smoothing lies in \[0, 1\]"),
            ("bce:pos_weight=inf", "pos_weight is a finite number"),
        ],
    )
    def test_a_value_out_of_range(self, text: str, why: str) -> None:
        with pytest.raises(UsageError, match=why):
            planned(text)

    def test_cross_entropy_of_one_column_is_always_0(self) -> None:
        with pytest.raises(UsageError, match="one column is meaningless") as refused:
            planned("ce")
        assert "-l bce" in refused.value.hint

    @pytest.mark.parametrize("name", ["categorical_focal", "kl", "js"])
    def test_so_is_every_loss_of_distributions(self, name: str) -> None:
        with pytest.raises(UsageError, match="one column is meaningless"):
            planned(name)

    def test_a_loss_that_needs_labels_without_them(self) -> None:
        with pytest.raises(UsageError, match="binary_cross_entropy needs labels"):
            planned("bce", labelled=False)

    def test_a_kind_that_the_loss_cannot_read(self) -> None:
        settings = PlanSettings(convention("standard"), kind=Kind.PROBABILITY)
        with pytest.raises(UsageError, match="hinge cannot read a probability") as refused:
            planned("hinge", settings=settings)
        assert "score" in refused.value.hint
