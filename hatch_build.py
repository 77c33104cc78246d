"""The man pages of the wheel, made at its building from what `--help` is made from."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ManPages(BuildHookInterface):
    """Adds the man pages to what the wheel installs."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the man pages where the wheel takes them from."""
        # A build has no dependencies but hatchling: what declares the options imports none.
        sys.path.insert(0, self.root)
        from docs.command_pages import man_pages

        self._folder = TemporaryDirectory(prefix="losscli-man-")
        for name, text in man_pages().items():
            path = Path(self._folder.name) / name
            path.write_text(text, encoding="utf-8")
            build_data["shared_data"][str(path)] = f"share/man/man1/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leave nothing behind."""
        self._folder.cleanup()
