"""The site: what it shows beside docs/, and how links there are written.

A hook of MkDocs. Pages link to files of the repository by their real places (`../SECURITY.md`), so
that they also read well on a forge; on the site those files stand beside the pages.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from losscli.losses.registry import REGISTRY

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]

BESIDE = (
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "sample_data/README.md",
    "sample_data/make.py",
    "losscli/schema/batch.schema.json",
    "losscli/schema/report.schema.json",
)

_UPWARD = re.compile(r"(?<=\]\()\.\./(?=[^)]+\))")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List the pages of the losses in the navigation, by family."""
    pages: list[object] = ["losses/README.md"]
    for family, losses in REGISTRY.families().items():
        pages.append({family: [{loss.title: f"losses/{loss.id}.md"} for loss in losses]})
    for section in config.nav or ():
        for items in section.values():
            items[:] = [
                {title: pages} if place == "losses/" else {title: place}
                for item in items
                for title, place in item.items()
            ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Put the files of the repository that pages link to on the site."""
    from mkdocs.structure.files import File

    for name in BESIDE:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Write links out of docs/ as links to those files."""
    return markdown if "/" in page.file.src_uri else _UPWARD.sub("", markdown)
