"""What the README and docs/ say is what the program does now.

`python docs/refresh.py` writes it anew.
"""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

import losscli
from docs import command_pages, loss_pages, picture
from docs.refresh import gone
from docs.sessions import ROOT, Session, played, printed, sessions, written_pages
from losscli.cli.app import option_types
from losscli.cli.options import specs_of
from tests.cli.conftest import environment
from tests.typed import in_this_process, is_plain

README = ROOT / "README.md"
TEXT = {page.relative_to(ROOT).as_posix(): page.read_text("utf-8") for page in written_pages()}
SESSIONS = {
    f"{name}: {session.first_command}": session
    for name, text in TEXT.items()
    for session in sessions(text)
}
LOSS_PAGES = loss_pages.pages()


def on_a_terminal(command: str, folder: Path, screen: Mapping[str, str]) -> str:
    """What a command prints; what needs no shell is run in this process, which saves a start."""
    if not is_plain(command):
        return printed(command, folder, screen)
    words = shlex.split(command)[1:]
    answer = in_this_process(words, folder, {**environment(), **screen}, terminal=True)
    return answer.err + answer.out


@pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS.keys())
def test_a_session_prints_what_its_page_shows(session: Session) -> None:
    assert played(session, on_a_terminal) == session.text


def test_every_session_of_the_pages_is_among_them() -> None:
    assert len(SESSIONS) == sum(text.count("```console\n") for text in TEXT.values())


def test_every_file_that_a_page_shows_is_used_by_a_session() -> None:
    shown = sum(text.count(' title="') for text in TEXT.values())
    assert shown == len({(id(f), n) for s in SESSIONS.values() for n, f in s.files.items()})


@pytest.mark.parametrize("page", [name for name, text in TEXT.items() if ">>> " in text])
def test_the_python_examples_of_a_page_are_true(page: str) -> None:
    assert doctest.testfile(str(ROOT / page), module_relative=False).failed == 0


@pytest.mark.parametrize("page", TEXT)
def test_every_block_of_a_page_ends_where_it_seems_to(page: str) -> None:
    """A fence too many would turn the page inside out, and one that MkDocs cannot read as well."""
    fences = re.findall(r"^```.*$", TEXT[page], re.MULTILINE)
    assert all(re.fullmatch(r'```\w+( title="[^"]+")?', begin) for begin in fences[::2])
    assert all(end == "```" for end in fences[1::2])
    assert len(fences) % 2 == 0


def test_who_owner_is_stands_on_the_one_page_that_says_it() -> None:
    named = [name for name, text in TEXT.items() if "OWNER" in text]
    assert named == ["docs/ci.md"]
    explained, first = (TEXT["docs/ci.md"].index(each) for each in ("`OWNER` stands", "OWNER/"))
    assert explained < first


def test_the_readme_is_short() -> None:
    text = TEXT["README.md"]
    assert len(text.splitlines()) <= 180
    assert len(text.split()) <= 1200
    for session in sessions(text):
        assert len(session.text.splitlines()) <= 12, session.first_command


def test_the_readmes_four_numbers_are_true() -> None:
    """One file, four binary cross entropies; Keras computes in float32."""
    columns = losscli.Columns(pred=("prob_rf",))
    asked = {"0.5511": ("torch", None), "0.2706": ("sklearn", None), "0.1824": ("keras", "float32")}
    for shown, (like, cast) in asked.items():
        file = str(ROOT / "sample_data" / "breast_cancer.csv")
        report = losscli.evaluate(file, losses="bce", like=like, cast=cast, columns=columns)
        assert f"{report['bce'].value:.4f}" == shown
        assert f"**{shown}**" in TEXT["README.md"]


@pytest.mark.parametrize("name", LOSS_PAGES)
def test_a_page_is_what_the_registry_says(name: str) -> None:
    assert (loss_pages.FOLDER / name).read_text(encoding="utf-8") == LOSS_PAGES[name]


def test_the_page_of_the_command_line_is_what_the_help_says() -> None:
    for name, text in command_pages.pages().items():
        assert (command_pages.FOLDER / name).read_text(encoding="utf-8") == text


def test_every_option_stands_in_the_man_page_of_its_command() -> None:
    pages = command_pages.man_pages()
    assert set(pages) == {"losscli.1", *(f"losscli-{name}.1" for name in option_types())}
    for name, options in option_types().items():
        page = pages[f"losscli-{name}.1"].replace("\\-", "-")
        assert page.startswith(f'.TH LOSSCLI-{name.upper()} 1 ""')
        for spec in specs_of(options).values():
            assert all(f"\\fB{flag}\\fR" in page for flag in spec.flags)
            assert spec.help.partition("'")[0].replace("\\", "\\e") in page


def test_the_man_pages_need_nothing_that_a_build_has_not() -> None:
    """The wheel's build makes them, where only the standard library is there."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from docs.command_pages import man_pages; "
        "print(len(man_pages()))"
    )
    words = [sys.executable, "-I", "-S", "-c", code, str(ROOT)]
    done = subprocess.run(words, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"%d\n" % (len(option_types()) + 1)), done.stderr


def test_there_is_no_page_of_what_is_gone() -> None:
    assert gone({loss_pages.FOLDER / name: "" for name in LOSS_PAGES}) == []


def drawn(svg: str) -> list[str]:
    """The words of a picture, in their order; where Rich breaks them is its affair."""
    return " ".join("".join(text.itertext()) for text in Xml.fromstring(svg)[-1].iter()).split()


def test_the_picture_is_what_the_program_prints() -> None:
    for name, svg in picture.pictures().items():
        assert drawn((picture.FOLDER / name).read_text(encoding="utf-8")) == drawn(svg)
        assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_the_api_page_has_every_public_name() -> None:
    documented = re.findall(r"^::: losscli\.(\w+)$", TEXT["docs/api.md"], re.MULTILINE)
    assert sorted(documented) == sorted(set(losscli.__all__) - {"__version__"})


LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"")


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as forges and MkDocs make them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in headings}


PAGES = ("*.md", "docs/*.md", "docs/losses/README.md", "sample_data/*.md", "benchmarks/*.md")


@pytest.mark.parametrize(
    "page", [page.relative_to(ROOT).as_posix() for glob in PAGES for page in ROOT.glob(glob)]
)
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / page
    for target, source in LINK.findall(path.read_text(encoding="utf-8")):
        place, _, anchor = (target or source).partition("#")
        if place.startswith(("https://", "http://")):
            continue
        there = (path.parent / place).resolve() if place else path
        assert there.exists(), place
        if anchor:
            assert anchor in anchors(there), f"{place}#{anchor}"
