"""Fetches the predictions that the last good run on the main branch has kept as an artifact."""

from __future__ import annotations

import io
import os
import urllib.error
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from api import call, download, notice, set_output

# So many runs are looked through for one that has kept its predictions.
_RUNS = 30


def main() -> None:
    """Unpack them, and tell where they are; say so where there are none yet."""
    try:
        artifact = next(kept(), None)
    except urllib.error.HTTPError as error:
        notice(f"The runs of {os.environ['MAIN']} cannot be read ({error}): nothing to compare.")
        return
    if artifact is None:
        notice(f"{os.environ['MAIN']} has kept no predictions yet: nothing to compare with.")
        return
    folder = Path(os.environ["RUNNER_TEMP"], "losscli-baseline")
    with zipfile.ZipFile(io.BytesIO(download(artifact["archive_download_url"]))) as archive:
        archive.extractall(folder)
    pred = folder / Path(os.environ["PRED"]).name
    # Of a folder of predictions, an artifact holds what is in it.
    set_output("pred", pred if pred.exists() else folder)


def kept() -> Iterator[Mapping[str, Any]]:
    """The artifacts of this name, of the successful runs on the main branch, newest first.

    A fork may call a branch by the same name, so only pushes to this repository count.
    """
    workflow = os.environ["GITHUB_WORKFLOW_REF"].partition("@")[0].rpartition("/")[2]
    asked = {
        "branch": os.environ["MAIN"],
        "event": "push",
        "status": "success",
        "per_page": _RUNS,
    }
    runs = call("GET", f"actions/workflows/{quote(workflow)}/runs?{urlencode(asked)}")
    for run in runs["workflow_runs"]:
        if run["head_repository"]["full_name"] != os.environ["GITHUB_REPOSITORY"]:
            continue
        named = urlencode({"name": os.environ["ARTIFACT"]})
        found = call("GET", f"actions/runs/{run['id']}/artifacts?{named}")
        yield from (each for each in found["artifacts"] if not each["expired"])


if __name__ == "__main__":
    main()
