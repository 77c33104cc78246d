"""Which column plays which role: what names say, and the flags to type where they say too much."""

from __future__ import annotations

import shlex

import pytest
from msgspec.structs import replace

from losscli.errors import UsageError
from losscli.inputs.columns import Columns, Table, pick
from losscli.inputs.evidence.looks import Look
from losscli.inputs.names import ID_NAMES, LABEL_NAMES, PRED_NAMES, align, class_names, stem
from losscli.inputs.roles.decision import Roles, resolve

NOTHING = Columns()


def table(*names: str, text: str = "", words: str = "") -> Table:
    """A table of these columns; the columns named in `text` hold words."""
    return Table(
        "a.csv",
        names,
        text=frozenset(names.index(name) for name in text.split()),
        looks=tuple(Look.of(words.split() if name in text.split() else ()) for name in names),
    )


def names_of(of: Table, places: tuple[int, ...]) -> list[str]:
    return [of.columns[place] for place in places]


def both(of: Table, columns: Columns = NOTHING) -> tuple[list[str], list[str]]:
    """The prediction's and the label's columns of a file that may hold both."""
    roles = resolve(of, columns, want_pred=True, want_label=True)
    return names_of(of, roles.pred), names_of(of, roles.label)


def pred_alone(of: Table, columns: Columns = NOTHING) -> list[str]:
    return names_of(of, resolve(of, columns, want_pred=True, want_label=False).pred)


def label_alone(of: Table, columns: Columns = NOTHING) -> list[str]:
    return names_of(of, resolve(of, columns, want_pred=False, want_label=True).label)


class TestNamedColumns:
    def test_names_and_globs_pick_in_the_order_given(self) -> None:
        of = table("p_b", "p_a", "y", "q")
        assert pick(of, ["q", "p_*"], "--pred-col") == (3, 0, 1)

    def test_a_column_picked_twice_is_taken_once(self) -> None:
        assert pick(table("p_b", "p_a"), ["p_a", "p_*", "p_a"], "--pred-col") == (1, 0)

    def test_a_name_that_looks_like_a_glob_is_first_a_name(self) -> None:
        assert pick(table("p[0]", "p0", "p*"), ["p[0]", "p*"], "--pred-col") == (0, 2)

    def test_globs_tell_small_from_capital(self) -> None:
        assert pick(table("P_a", "p_a"), ["p_*"], "--pred-col") == (1,)

    def test_an_unknown_name_gets_the_nearest_one(self) -> None:
        with pytest.raises(UsageError, match=r"no column 'porb' \(--pred-col\).*mean 'prob'"):
            pick(table("prob", "label"), ["porb"], "--pred-col")

    def test_a_name_like_no_other_gets_them_all(self) -> None:
        with pytest.raises(UsageError, match="It has: prob, label"):
            pick(table("prob", "label"), ["zzz_*"], "--pred-col")

    def test_of_many_columns_a_message_lists_twenty(self) -> None:
        with pytest.raises(UsageError, match=r"c19, … \(5000 in all\)"):
            pick(table(*(f"c{place}" for place in range(5000))), ["zzz"], "--pred-col")

    def test_a_name_that_stands_twice_is_refused(self) -> None:
        with pytest.raises(UsageError, match="has 2 columns named 'p'"):
            pick(table("p", "p"), ["p"], "--pred-col")

    def test_one_column_cannot_play_both_roles(self) -> None:
        with pytest.raises(UsageError, match="p cannot be prediction and label at once"):
            both(table("p", "y"), Columns(pred="p", label=["p", "y"]))

    def test_a_named_column_may_go_by_any_name(self) -> None:
        of = table("id", "weight", "y")
        assert both(of, Columns(pred="weight", label="id")) == (["weight"], ["id"])


class TestOneFileOfBothRoles:
    @pytest.mark.parametrize("pred", sorted(PRED_NAMES))
    def test_every_common_name_of_a_prediction(self, pred: str) -> None:
        assert both(table("x", pred, "label")) == ([pred], ["label"])

    @pytest.mark.parametrize("label", sorted(LABEL_NAMES))
    def test_every_common_name_of_a_label(self, label: str) -> None:
        assert both(table("x", "prob", label)) == (["prob"], [label])

    def test_capitals_do_not_matter(self) -> None:
        assert both(table("Y_True", "Y_Pred")) == (["Y_Pred"], ["Y_True"])

    @pytest.mark.parametrize("form", ["p_{}", "prob_{}", "logit.{}", "score-{}", "P:{}", "p {}"])
    def test_columns_of_one_prefix_are_one_prediction(self, form: str) -> None:
        pred = [form.format(name) for name in ("cat", "dog")]
        assert both(table("id", *pred, "species", text="species")) == (pred, ["species"])

    @pytest.mark.parametrize("name", [*sorted(ID_NAMES), "weight", "sample_weight"])
    def test_keys_and_weights_are_neither(self, name: str) -> None:
        assert both(table(name.upper(), "a", "y")) == (["a"], ["y"])

    def test_the_key_and_the_weight_that_are_named_are_neither(self) -> None:
        of = table("case", "exposure", "a", "y")
        assert both(of, Columns(id="case", weight="exposure")) == (["a"], ["y"])

    def test_a_nameless_index_is_neither(self) -> None:
        assert both(replace(table("1", "a", "y"), index=0)) == (["a"], ["y"])

    def test_what_is_left_beside_a_prediction_is_the_label(self) -> None:
        assert both(table("prob", "died")) == (["prob"], ["died"])

    def test_what_is_left_beside_a_label_is_the_prediction(self) -> None:
        assert both(table("risk", "label")) == (["risk"], ["label"])

    def test_words_beside_several_items_are_the_label(self) -> None:
        of = table("age", "p_a", "p_b", "kind", text="kind")
        assert both(of) == (["p_a", "p_b"], ["kind"])

    def test_columns_named_after_the_classes_are_the_prediction(self) -> None:
        of = table("cat", "dog", "label", text="label", words="dog cat")
        assert both(of) == (["cat", "dog"], ["label"])

    def test_labels_that_say_nothing_name_no_classes(self) -> None:
        with pytest.raises(UsageError, match="which column is the prediction"):
            both(table("cat", "dog", "label"))

    @pytest.mark.parametrize("form", ["{}", "label_{}", "y_{}", "true_{}", "target_{}"])
    def test_labels_of_several_columns_are_named_after_their_predictions(self, form: str) -> None:
        label = [form.format(name) for name in ("odd", "even")]
        of = table(*reversed(label), "p_odd", "p_even")
        assert both(of) == (["p_odd", "p_even"], label)
        assert both(of, Columns(pred="p_*"))[1] == label

    def test_a_prediction_without_labels_has_none(self) -> None:
        assert both(table("p_a", "p_b")) == (["p_a", "p_b"], [])

    def test_a_table_in_which_nothing_is_named_is_no_prediction(self) -> None:
        with pytest.raises(UsageError, match="which column is the prediction, and which the label"):
            both(table("a", "b", "c"))

    def test_a_guess_that_takes_all_columns_is_not_worth_a_word(self) -> None:
        of = table("p_a", "p_b")
        assert resolve(of, NOTHING, want_pred=True, want_label=False) == Roles((0, 1))

    def test_a_prediction_of_words_is_left_for_the_reader_to_refuse(self) -> None:
        """It can say on which line the word stands."""
        assert both(table("prob", "label", text="prob"))[0] == ["prob"]

    def test_words_alone_are_no_prediction(self) -> None:
        with pytest.raises(UsageError, match=r"no column of numbers.*--pred-col NAME"):
            both(table("name", "label", text="name label"))


class TestTwoFiles:
    def test_a_prediction_file_may_hold_labels_too(self) -> None:
        assert pred_alone(table("id", "label", "prob")) == ["prob"]

    def test_columns_without_telling_names_are_all_prediction(self) -> None:
        assert pred_alone(table("1", "2", "3")) == ["1", "2", "3"]

    def test_the_label_of_a_label_file_goes_by_name(self) -> None:
        assert label_alone(table("id", "age", "target")) == ["target"]

    def test_the_only_column_left_is_the_label(self) -> None:
        assert label_alone(table("id", "died", "weight")) == ["died"]

    @pytest.mark.parametrize("prefix", ["label_", "y_", "true_", "class:"])
    def test_labels_of_one_prefix_are_one_label(self, prefix: str) -> None:
        assert label_alone(table("id", "x", f"{prefix}a", f"{prefix}b"))[0] == f"{prefix}a"

    def test_columns_of_numbers_are_one_label(self) -> None:
        assert label_alone(table("cat", "dog")) == ["cat", "dog"]

    def test_a_file_without_a_label_is_refused(self) -> None:
        with pytest.raises(UsageError, match=r"no column that could be a label.*--label-col NAME"):
            label_alone(table("id", "prob"))


def typed(error: UsageError) -> list[list[tuple[str, str]]]:
    """The flags that a message offers, as a shell would pass them on."""
    first, *lines = error.hint.splitlines()
    assert first == "Say one of"
    choices = []
    for line in lines:
        words = [part for word in shlex.split(line) for part in word.split("=", 1)]
        choices.append(list(zip(words[::2], words[1::2], strict=True)))
    return choices


AMBIGUOUS = [
    (table("prob", "score", "label"), [["prob"], ["score"]]),
    (table("p_a", "p_b", "logit_a", "logit_b", "y"), [["p_a", "p_b"], ["logit_a", "logit_b"]]),
    (table("p a's", "p b's", "score", "y"), [["score"], ["p a's", "p b's"]]),
    (table("a b", "$c", "label"), [["a b"], ["$c"]]),
    (table("p_cat", "p_cow", "p_", "pred", "y"), [["pred"], ["p_cat", "p_cow"]]),
    (table("p_a", "p_b", "p_name", "pred", "y", text="p_name"), [["pred"], ["p_a", "p_b"]]),
    (table("p_[a", "p_[b", "p_x", "yhat", "y"), [["yhat"], ["p_[a", "p_[b", "p_x"]]),
    (table("-x", "z*", "label"), [["-x"], ["z*"]]),
    (table("P_a", "p_b", "y"), [["P_a"], ["p_b"]]),
]


@pytest.mark.parametrize(("of", "readings"), AMBIGUOUS)
def test_flags_that_a_message_offers_pick_those_columns(
    of: Table, readings: list[list[str]]
) -> None:
    with pytest.raises(UsageError, match="which column is the prediction") as ambiguous:
        both(of)
    choices = typed(ambiguous.value)
    assert len(choices) == len(readings)
    for choice, reading in zip(choices, readings, strict=True):
        assert {flag for flag, _ in choice} == {"--pred-col"}
        columns = Columns(pred=[value for _, value in choice])
        assert both(of, replace(columns, label=[of.columns[-1]]))[0] == reading


@pytest.mark.parametrize("alone", [True, False])
def test_several_labels_are_offered_too(alone: bool) -> None:
    of = table("y_true", "target", "prob")
    with pytest.raises(UsageError, match="which column is the label") as ambiguous:
        label_alone(of) if alone else both(of)
    assert typed(ambiguous.value) == [[("--label-col", "y_true")], [("--label-col", "target")]]


def test_columns_of_words_without_a_name_for_labels_are_offered() -> None:
    with pytest.raises(UsageError, match="which column is the label") as ambiguous:
        label_alone(table("town", "species", text="town species"))
    assert len(typed(ambiguous.value)) == 2


def test_flags_typed_reach_the_columns_through_the_command_line() -> None:
    from losscli.cli.eval import EvalOptions
    from losscli.cli.options import parse_plain

    of = table("-x", "p'q", "label")
    with pytest.raises(UsageError) as ambiguous:
        both(of)
    for line, name in zip(ambiguous.value.hint.splitlines()[1:], ["-x", "p'q"], strict=True):
        options = parse_plain(EvalOptions, ["a.csv", *shlex.split(line)])
        assert options is not None
        assert both(of, options.columns())[0] == [name]


def test_of_columns_with_one_name_none_can_be_typed() -> None:
    with pytest.raises(UsageError, match=r"2 columns are named 'p'.*a name of its own"):
        both(table("p", "p", "label"))


def test_a_long_list_of_readings_is_cut_with_its_count() -> None:
    of = table(*(f"c{place}" for place in range(100)), "label")
    with pytest.raises(UsageError) as ambiguous:
        both(of)
    assert ambiguous.value.hint.endswith("--pred-col c2\n  … (101 in all)")


class TestClassNames:
    def test_they_are_what_follows_the_prefix(self) -> None:
        assert class_names(["p_cat", "p_big_dog"]) == ("cat", "big_dog")
        assert class_names(["cat", "p_dog"]) == ("cat", "p_dog")

    @pytest.mark.parametrize("name", ["p_", "cat", "px_cat", "_cat"])
    def test_without_a_prefix_there_is_no_stem(self, name: str) -> None:
        assert stem(name, {"p"}) is None

    def test_a_prefix_may_hold_a_separator(self) -> None:
        assert stem("y_pred_cat", {"y_pred"}) == "cat"


class TestAlign:
    def test_labels_in_another_order_are_put_into_the_predictions(self) -> None:
        assert align(["p_a", "p_b", "p_c"], ["label_c", "label_a", "label_b"]) == (1, 2, 0)
        assert align(["p_a", "p_b"], ["b", "a"]) == (1, 0)

    @pytest.mark.parametrize("label", [["y_a", "y_b"], ["y_a", "y_x"], ["y_a"], ["1", "2"]])
    def test_the_same_order_and_other_names_are_left_alone(self, label: list[str]) -> None:
        assert align(["p_a", "p_b"], label) is None


class TestAnswersInWords:
    """A word of no or yes beside one probability is its label, as 0 or 1 is."""

    def customers(self, **columns: list[float | str | None]) -> Table:
        known: dict[str, list[float | str | None]] = {
            "customer": ["C7", "C8", "C9"],
            "p_churn": [0.3, 0.85, 0.25],
        }
        known |= columns
        looks = {name: Look.of(values) for name, values in known.items()}
        words = frozenset(place for place, look in enumerate(looks.values()) if look.text)
        return Table("a.csv", tuple(known), text=words, looks=tuple(looks.values()))

    @pytest.mark.parametrize("words", [["no", "yes", "no"], ["True", "False", "True"]])
    def test_it_is_taken_though_other_columns_are_left(
        self, words: list[float | str | None]
    ) -> None:
        of = self.customers(churned=words, tenure=[3.5, 70.25, 12.0], plan=["a", "b", "a"])
        assert both(of) == (["p_churn"], ["churned"])

    def test_two_are_asked_about(self) -> None:
        of = self.customers(churned=["no", "yes", "no"], active=["yes", "no", "yes"])
        with pytest.raises(UsageError, match="which column is the label") as error:
            both(of)
        assert typed(error.value) == [[("--label-col", "churned")], [("--label-col", "active")]]
        of = self.customers(status=["left", "stayed", "left"], plan=["pro", "free", "pro"])
        with pytest.raises(UsageError, match="which column is the label"):
            both(of)
        of = self.customers(churned=["no", "yes", "no"], married=[0.0, 1.0, 1.0])
        with pytest.raises(UsageError, match="which column is the label"):
            both(of)

    def test_two_other_words_are_labels_of_which_the_class_is_asked_later(self) -> None:
        assert both(self.customers(plan=["a", "b", "a"])) == (["p_churn"], ["plan"])
        assert both(self.customers(plan=["a", "b", "c"])) == (["p_churn"], [])


@pytest.mark.parametrize(
    ("count", "what"),
    [
        (1, "column p_0"),
        (4, "columns p_0, p_1, p_2, p_3"),
        (6, "columns p_0, p_1, p_2, p_3, … (6 in all)"),
    ],
)
def test_a_step_of_the_reasoning_names_all_columns_or_counts_them(count: int, what: str) -> None:
    of = table("pred" if count == 1 else "label", *(f"p_{place}" for place in range(count)))
    roles = resolve(of, Columns(label=of.columns[0]), want_pred=True, want_label=True)
    assert [step.step for step in roles.evidence] == [what]
