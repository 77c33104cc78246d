"""Of numbers that frameworks printed, how many does `losscli match` name, and how high up?

Reads tests/matching/frameworks/numbers.json. `--losscli PATH` measures another installation.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
NUMBERS = ROOT / "tests" / "matching" / "frameworks" / "numbers.json"


def place_of(case: dict[str, Any], matches: list[dict[str, Any]]) -> int | None:
    """The place of the true explanation among the hits believed, None where it is not."""
    hits = [match for match in matches if match["agrees"] and match.get("likely", True)]
    return next((place for place, match in enumerate(hits) if is_true(case, match)), None)


def is_true(case: dict[str, Any], match: dict[str, Any]) -> bool:
    """Whether a match names the loss and says all that is special about the number."""
    said = " ".join(
        [
            match["flags"],
            match.get("base_flags", ""),
            match["convention"],
            *match["unusual"],
            *match["shared"],
            str(match.get("params", "")),
        ]
    )
    return match["loss"] in case["loss"] and all(
        any(word in said for word in words) for words in case["words"]
    )


def matches(losscli: list[str], case: dict[str, Any]) -> list[dict[str, Any]]:
    """What the program answers; nothing where it refuses."""
    words = ["match", case["text"], *case["files"], *case["flags"], "--format", "json"]
    done = subprocess.run(
        [*losscli, *words], cwd=ROOT / "sample_data", capture_output=True, text=True, check=False
    )
    if done.returncode:
        return []
    found: list[dict[str, Any]] = json.loads(done.stdout)["matches"]
    return found


def main() -> None:
    """Ask for every number, and print what was not named first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--losscli", nargs="+", default=[sys.executable, "-m", "losscli"])
    losscli = parser.parse_args().losscli
    document = json.loads(NUMBERS.read_text())
    first = named = above = lists = 0
    for case in document["cases"]:
        found = matches(losscli, case)
        place = place_of(case, found)
        hits = sum(match["agrees"] and match.get("likely", True) for match in found)
        first += place == 0
        named += place is not None
        above += hits if place is None else place
        lists += hits
        if place != 0:
            where = "not named" if place is None else f"at place {place + 1}"
            print(f"{where} of {hits}: {case['name']} ({case['text']})")
    total = len(document["cases"])
    print(
        f"{total} numbers: {first} named first, {named} named at all, {above} false hits above the "
        f"true one (all hits where it is not named), {lists} hits in all"
    )


if __name__ == "__main__":
    main()
