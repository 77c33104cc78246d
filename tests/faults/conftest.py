"""The program, as the tests of the command line run it."""

from __future__ import annotations

from tests.cli.conftest import here, losscli, write

__all__ = ["here", "losscli", "write"]
