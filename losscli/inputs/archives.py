"""Prediction and label in archives of several arrays, by the names of the arrays."""

from __future__ import annotations

import os
from typing import Any

from losscli.inputs.opening import Opener


def members_of(opener: Opener, pred: Any, label: Any) -> tuple[Any, Any, list[str]]:
    """Prediction and label, where they are archives of several arrays by the arrays' names.

    With them, a line for each archive: what was read, and what was not.
    """
    notes = []
    found = {"pred": pred, "label": label}
    for role in ("pred", "label"):
        given = found[role]
        names = opener.members(given)
        if not names:
            continue
        from losscli.inputs.npz import members_for

        alone = role == "pred" and label is None
        if role == "label":
            _, chosen = members_for(names, os.fspath(given), want_label=False)
            used = {"label": chosen}
        else:
            first, second = members_for(names, os.fspath(given), want_label=alone)
            used = {"pred": first} | ({"label": second} if alone else {})
        if None in used.values():
            continue
        found |= used
        read = [(name, str(one).rpartition("::")[2]) for name, one in used.items()]
        left = [name for name in names if name not in [one for _, one in read]]
        nouns = {"pred": "prediction", "label": "label"}
        said = "; ".join(f"{nouns[name]} from array {one}" for name, one in read)
        notes.append(
            f"{os.fspath(given)}: {said}" + (f" · not used: {', '.join(left)}" if left else "")
        )
    return found["pred"], found["label"], notes
