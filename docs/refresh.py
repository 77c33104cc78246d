"""Writes what is generated of the documentation.

    python docs/refresh.py [PAGE …]

The sessions of the README and of docs/ are what the program prints, here and now; the pages of
the losses and of the commands and the picture of the README are made from what the program says of
itself. With pages, only their sessions are written. The tests compare all of it
with what is stored.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

# So that it can be run as a script, too.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs import command_pages, loss_pages, picture
from docs.sessions import refreshed, written_pages


def generated() -> dict[Path, str]:
    """The text of every generated file, by its path."""
    made: dict[Path, str] = {}
    for folder, pages in (
        (loss_pages.FOLDER, loss_pages.pages()),
        (command_pages.FOLDER, command_pages.pages()),
        (picture.FOLDER, picture.pictures()),
    ):
        made |= {folder / name: text for name, text in pages.items()}
    return made


def gone(made: Mapping[Path, str]) -> list[Path]:
    """Stored pages of losses that there are no more."""
    return [path for path in loss_pages.FOLDER.glob("*.md") if path not in made]


def main(names: Sequence[str]) -> None:
    """Write the sessions of these pages anew; without pages everything."""
    for page in [Path(name) for name in names] or written_pages():
        page.write_text(refreshed(page.read_text(encoding="utf-8")), encoding="utf-8")
    if names:
        return
    made = generated()
    for path in gone(made):
        path.unlink()
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
