"""What the README and the pages of the losses say is what the program does now.

`python docs/refresh.py` writes both anew.
"""

from __future__ import annotations

import doctest

import pytest

from docs.refresh import PAGES, README, SESSION, pages, played
from losscli.conventions.table import CONVENTIONS
from losscli.losses.registry import REGISTRY

TEXT = README.read_text(encoding="utf-8")
SESSIONS = SESSION.findall(TEXT)
PAGES_NOW = pages()


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.splitlines()[0][2:])
def test_a_session_prints_what_the_readme_shows(session: str) -> None:
    assert played(session) == session


def test_the_readmes_python_examples_are_true() -> None:
    assert doctest.testfile(str(README), module_relative=False).failed == 0


def test_the_readmes_counts_are_those_of_the_registry() -> None:
    assert f"**{len(REGISTRY)} losses**" in TEXT
    assert f"**{len(CONVENTIONS)} conventions.**" in TEXT


@pytest.mark.parametrize("name", PAGES_NOW)
def test_a_page_is_what_the_registry_says(name: str) -> None:
    assert (PAGES / name).read_text(encoding="utf-8") == PAGES_NOW[name]


def test_there_is_no_page_of_a_loss_that_is_gone() -> None:
    assert {page.name for page in PAGES.glob("*.md")} == set(PAGES_NOW)
