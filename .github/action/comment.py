"""Keeps one comment of the pull request up to date."""

from __future__ import annotations

import json
import os
import urllib.error
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from api import call, notice

_PAGE = 100


def main() -> None:
    """Write the comment anew where there is one already, or else add it."""
    body = Path(os.environ["COMMENT"]).read_text(encoding="utf-8")
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    number = event["pull_request"]["number"]
    # The first line is a mark that no reader sees.
    mark = body.splitlines()[0]
    try:
        for comment in comments(number):
            if comment["user"]["type"] == "Bot" and comment["body"].startswith(mark):
                call("PATCH", f"issues/comments/{comment['id']}", {"body": body})
                return
        call("POST", f"issues/{number}/comments", {"body": body})
    except urllib.error.HTTPError as error:
        if error.code not in (401, 403, 404):
            raise
        # As of a pull request from a fork, whose token may only read.
        notice(f"No comment, since the token may not write one ({error}): see the summary.")


def comments(number: int) -> Iterator[Mapping[str, Any]]:
    """All comments of a pull request."""
    page = 1
    while True:
        found = call("GET", f"issues/{number}/comments?per_page={_PAGE}&page={page}")
        yield from found
        if len(found) < _PAGE:
            return
        page += 1


if __name__ == "__main__":
    main()
