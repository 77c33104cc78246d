"""Which columns of which source are read, in which role."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from losscli.errors import DataError, UsageError
from losscli.inputs.beside import input_columns, weights
from losscli.inputs.chosen import CLAIMED, Choice, Chosen, Keys, table_of
from losscli.inputs.columns import Columns
from losscli.inputs.names import align
from losscli.inputs.roles.claims import Claim
from losscli.inputs.roles.state import ANYTHING, Wanted
from losscli.inputs.source import Selection, Source
from losscli.vocabulary import Evidence


def choose(
    sources: dict[str, Source],
    columns: Columns,
    keys: Keys,
    wanted: Wanted = ANYTHING,
    others: Sequence[str] = (),
) -> Choice:
    """For each role its source and columns; `keys` identify the rows of sources and are no data.

    `wanted` is what the losses that were asked for read of a row, `others` are the patterns of
    columns that are the predictions of other models.
    """
    chosen: Chosen = {}
    notes: list[str] = []
    evidence: list[Evidence] = []
    claims: dict[str, Claim] = {}
    alone = "label" not in sources
    if (whole := _whole_file(sources, columns, keys)) is not None:
        return whole
    for role in ("pred", "label"):
        if role not in sources:
            continue
        source = sources[role]
        table = table_of(source, keys)
        if table is None:
            for flag in ("pred", "label") if alone else (role,):
                if getattr(columns, flag):
                    raise UsageError(
                        f"{source.name} has no named columns", hint=f"Leave out --{flag}-col."
                    )
            chosen[role] = (source, Selection(None, text=source.is_text(0)))
            continue
        # Arrays do without all that reads columns.
        from losscli.inputs.roles.decision import resolve

        roles = resolve(
            table,
            columns,
            want_pred=role == "pred",
            want_label=role == "label" or alone,
            wanted=wanted,
            others=others,
        )
        evidence += roles.evidence
        for claim in roles.claims:
            name = f"{CLAIMED}{table.columns[claim.place]} of {source.name}"
            claims[name] = claim
            chosen[name] = (source, Selection((claim.place,)))
        for name, places in (("pred", roles.pred), ("label", roles.label)):
            if places:
                text = any(map(source.is_text, places))
                chosen[name] = (source, Selection(places, text=text))
    if "label" in chosen and not alone:
        notes += _align_labels(chosen)
        _check_names_tell(chosen)
    if columns.weight is not None or "weight" in sources:
        chosen["weight"] = weights(sources, columns, keys)
    for name, source in sources.items():
        if name not in ("pred", "label", "weight"):
            chosen[name] = input_columns(source, columns, keys)
    for role, noun in (("pred", "predictions"), ("weight", "weights")):
        given = sources.get(role)
        if given is None or given.columns is not None or not given.is_text(0):
            continue
        if role == "weight" or "label" not in chosen or not _holds_words(*chosen["label"]):
            raise DataError(f"holds words, not {noun}", file=given.name)
    if "pred" in chosen and chosen["pred"][1].text and not _are_classes(chosen):
        # A number was wanted: the reader names the line where a word stands.
        source, selection = chosen["pred"]
        if source.columns is not None:
            chosen["pred"] = (source, replace(selection, text=False))
    return Choice(chosen, tuple(notes), tuple(evidence), tuple(claims.items()))


def _check_names_tell(chosen: Chosen) -> None:
    """Raise UsageError where classes stand in no order, and labels are but their numbers."""
    (source, selection), (_, label) = chosen["pred"], chosen["label"]
    places = selection.columns or ()
    if not getattr(source, "unordered", False) or len(places) < 2 or label.text:
        return
    from losscli.inputs.label_scores import PREFIX

    names = [(source.columns or ())[place].removeprefix(PREFIX) for place in places]
    if [name.upper().removeprefix("LABEL_") for name in names] == [*map(str, range(len(names)))]:
        return
    raise UsageError(
        f"{source.name}: its classes are {', '.join(names)}, each row's likeliest first, and the "
        "labels are numbers: which class is which?",
        hint="Write the labels as those words.",
    )


def _whole_file(sources: dict[str, Source], columns: Columns, keys: Keys) -> Choice | None:
    """The choice where the first file is read in one way: texts of a language model, or scores."""
    if sources["pred"].columns is None:
        return _scores(sources, columns, keys)
    from losscli.inputs.language_model_columns import of_language_models, of_one_filter

    found = of_language_models(sources, columns) or _scores(sources, columns, keys)
    return None if found is None else of_one_filter(found, columns)


def _scores(sources: dict[str, Source], columns: Columns, keys: Keys) -> Choice | None:
    """The choice where the file holds scores of its rows; None where it holds predictions."""
    source = sources["pred"]
    table = table_of(source, keys)
    if table is None:
        if columns.score:
            raise UsageError(
                f"{source.name} has no named columns",
                hint="Say --task scores: the array is taken as scores.",
            )
        return None
    from losscli.inputs.scores import scores_in

    found = scores_in(table, columns, labelled="label" in sources)
    if found is None:
        return None
    chosen: Chosen = {"pred": (source, Selection(found.places, scores=found.origin))}
    if columns.weight is not None or "weight" in sources:
        chosen["weight"] = weights(sources, columns, keys)
    elif found.weight is not None:
        chosen["weight"] = (source, Selection((found.weight,)))
    return Choice(chosen, (found.note,) if found.note else (), ())


def _holds_words(source: Source, selection: Selection) -> bool:
    return any(map(source.is_text, selection.columns or (0,)))


def _are_classes(chosen: Chosen) -> bool:
    """Whether prediction and label are one column of words each: predicted and true classes."""
    if "label" not in chosen:
        return False
    return all(
        _holds_words(source, selection) and len(selection.columns or (0,)) == 1
        for source, selection in (chosen["pred"], chosen["label"])
    )


def _align_labels(chosen: Chosen) -> list[str]:
    """Put labels of several columns into the order of the prediction's, where names say so."""
    (pred_source, pred), (source, label) = chosen["pred"], chosen["label"]
    if source.columns is None or pred_source.columns is None:
        return []
    assert pred.columns is not None
    assert label.columns is not None
    names = [source.columns[place] for place in label.columns]
    order = align([pred_source.columns[place] for place in pred.columns], names)
    if order is None:
        return []
    chosen["label"] = (
        source,
        replace(label, columns=tuple(label.columns[place] for place in order)),
    )
    moved = ", ".join(names[place] for place in order)
    return [f"{source.name}: labels taken in the order of the predictions: {moved}"]
