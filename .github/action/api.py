"""What the steps of the action need of GitHub: its API, and the files that steps talk by."""

from __future__ import annotations

import json
import os
import urllib.request
from pathlib import Path
from typing import Any

# Of what a step asks for, larger answers are refused.
_LARGEST = 1 << 30


def call(method: str, path: str, body: Any = None) -> Any:
    """The JSON answer of the API to a request below this repository.

    Raises urllib.error.HTTPError where it is refused.
    """
    url = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/{path}"
    return json.loads(download(url, method, body))


def download(url: str, method: str = "GET", body: Any = None) -> bytes:
    """What an address of the API answers, over any redirection; ValueError beyond 1 GiB."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, method=method)
    request.add_header("Accept", "application/vnd.github+json")
    request.add_header("X-GitHub-Api-Version", "2022-11-28")
    # The token is for the API alone, not for the storage that it leads to.
    request.add_unredirected_header("Authorization", f"Bearer {os.environ['GITHUB_TOKEN']}")
    with urllib.request.urlopen(request, timeout=60) as answer:
        content: bytes = answer.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise ValueError(f"{url} holds more than 1 GiB")
    return content


def set_output(name: str, value: str | Path) -> None:
    """Hand a value to the steps that follow."""
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        file.write(f"{name}={value}\n")


def notice(text: str) -> None:
    """Say something on the page of the run."""
    line = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::notice title=losscli::{line}")
