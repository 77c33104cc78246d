"""Every command and file that a page of the documentation shows is tried."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import yaml

from docs.sessions import written_pages
from losscli.describing.loss_page import describe
from losscli.losses.definition.loss import Loss
from losscli.losses.registry import REGISTRY
from losscli.vocabulary import Kind
from tests.cli.program import SAMPLES
from tests.typed import shell

ROOT = SAMPLES.parent
FENCE = re.compile(r"^```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Sessions, the files that they need and Python examples are held to what they print by
# test_docs.py.
TRIED_THERE = ("$ ", ">>> ")


@dataclass(frozen=True)
class Example:
    page: str
    text: str


def examples(page: str) -> Iterator[Example]:
    text = (ROOT / page).read_text(encoding="utf-8")
    yield from (Example(page, body) for body in FENCE.findall(text))


# Pages with tests of their own.
OTHERS = {"docs/language_models.md"}
PAGES = sorted({page.relative_to(ROOT).as_posix() for page in written_pages()} - OTHERS)
ALL = [item for page in PAGES for item in examples(page) if not item.text.startswith(TRIED_THERE)]


def shown(page: str, begins: str) -> str:
    """The one example of a page that begins so."""
    [found] = [item.text for item in ALL if item.page == page and item.text.startswith(begins)]
    return found


def pair(folder: Path, rows: int = 60) -> None:
    """`preds.npy` and `labels.npy`."""
    random = np.random.default_rng(1)
    label = random.integers(0, 2, rows)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "labels.npy", label)
    np.save(folder / "preds.npy", np.clip(0.3 + 0.4 * label + random.normal(0, 0.1, rows), 0, 1))


def table(path: Path, head: str, values: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"r{place},{value:g}" for place, value in enumerate(values.tolist())]
    path.write_text("\n".join([f"id,{head}", *lines, ""]))


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """The files that the examples of docs/ speak of."""
    random = np.random.default_rng(2)
    label = random.integers(0, 2, 80)
    good = np.clip(0.1 + 0.8 * label + random.normal(0, 0.05, 80), 0.01, 0.99)
    for run in ("a", "b"):
        pair(tmp_path / "runs" / run)
    for name in ("one", "two"):
        table(tmp_path / "preds" / f"{name}.csv", "prob", good)
        table(tmp_path / "preds" / f"{name}_y.csv", "label", label)
    table(tmp_path / "labels.csv", "label", label)
    table(tmp_path / "data" / "labels.csv", "label", label)
    table(tmp_path / "forest.csv", "prob", good)
    table(tmp_path / "out" / "ranker.csv", "prob", good)
    demand = random.normal(50, 9, 80)
    np.save(tmp_path / "data" / "demand.npy", demand)
    np.save(tmp_path / "out" / "forecast.npy", demand + random.normal(0, 1, 80))
    return tmp_path


def test_every_example_is_tried_here() -> None:
    begins = {(item.page, item.text.splitlines()[0]) for item in ALL}
    assert begins == {
        ("README.md", ALL[0].text.splitlines()[0]),
        ("README.md", ALL[1].text.splitlines()[0]),
        ("docs/batch.md", "dask scheduler &"),
        ("docs/compare.md", "losscli sample_data/breast_cancer.csv -p prob -o report.html"),
        ("docs/own_loss.md", "# mylosses.py"),
        ("docs/batch.md", "losscli batch 'runs/*/preds.npy' --label '{dir}/labels.npy' -l bce"),
        ("docs/batch.md", 'label = "labels.csv"        # holds for all pairs'),
        ("docs/ci.md", "[check.ranker]"),
        ("docs/ci.md", "name: model"),
        ("docs/ci.md", "- uses: actions/setup-python@v5"),
        ("docs/ci.md", "include:"),
        ("docs/ci.md", "losses:"),
        ("docs/ci.md", "stages:"),
        ("docs/ci.md", "repos:"),
    }


def test_the_two_commands_of_the_start_name_what_there_is() -> None:
    """The gate runs the second as it stands; the first is the same but for its end."""
    first, second = (item.text for item in ALL[:2])
    assert first.startswith("python3 -m venv .venv && .venv/bin/pip install --quiet . && ")
    assert second.startswith("python3 -m venv .venv && .venv/bin/pip install --quiet '.[test]'")
    done = shell(ROOT, first.rpartition("&& .venv/bin/")[2])
    assert done.code == 0, done.err
    assert "binary cross entropy" in done.out


def test_the_cluster(tmp_path: Path) -> None:
    pair(tmp_path)
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    words = shown("docs/batch.md", "dask scheduler")
    words = words.replace("dask scheduler", f"dask scheduler --port {port} --no-dashboard")
    words = words.replace(":8786", f":{port}").replace("dask worker", "dask worker --no-dashboard")
    # Whoever types has waited until both are there.
    *started, ours = words.splitlines()
    waiting = "until grep -q Registered worker.log; do sleep 0.1; done"
    lines = [f"{line.removesuffix(' &')} > {line.split()[1]}.log 2>&1 &" for line in started]
    done = shell(tmp_path, "\n".join(["trap 'kill $(jobs -p)' EXIT", *lines, waiting, ours]))
    assert done.code == 0, done.err
    assert "binary cross entropy" in done.out


def test_the_page_to_show_around(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES, tmp_path / "sample_data")
    done = shell(tmp_path, shown("docs/compare.md", "losscli sample_data"))
    assert (done.code, done.out) == (0, "")
    assert "<h1>" in (tmp_path / "report.html").read_text()


def test_the_loss_of_ones_own(tmp_path: Path) -> None:
    pair(tmp_path)
    (tmp_path / "mylosses.py").write_text(shown("docs/own_loss.md", "# mylosses.py"))
    text = (ROOT / "docs" / "own_loss.md").read_text(encoding="utf-8")
    [words] = re.findall(r"`(losscli eval [^`]*mylosses[^`]*)`", text)
    done = shell(tmp_path, f"{words} -q")
    pred, label = np.load(tmp_path / "preds.npy"), np.load(tmp_path / "labels.npy")
    wanted = np.mean(np.where(pred > label, 3.0, 1.0) * (pred - label) ** 2)
    assert float(done.out) == pytest.approx(wanted, rel=1e-14)


def test_the_batches(tables: Path) -> None:
    for words in shown("docs/batch.md", "losscli batch").splitlines():
        if "--label labels.csv" in words:
            for name in ("one_y.csv", "two_y.csv"):
                (tables / "preds" / name).rename(tables / name)
        else:
            for name in ("one_y.csv", "two_y.csv"):
                if (tables / name).exists():
                    (tables / name).rename(tables / "preds" / name)
        done = shell(tables, f"{words} --format json")
        assert done.code == 0, done.err
        assert done.json["pairs"] == 2


def test_the_manifest(tables: Path) -> None:
    (tables / "runs.toml").write_text(shown("docs/batch.md", "label ="))
    done = shell(tables, "losscli batch --manifest runs.toml --format json")
    assert done.code == 0, done.err
    names = {place["row"]["name"] for place in done.json["places"]}
    assert names == {"forest", "forest, as torch prints it"}


@pytest.fixture
def checks(tables: Path) -> Path:
    (tables / "losscli.toml").write_text(shown("docs/ci.md", "[check.ranker]"))
    (tables / "baselines").mkdir()
    done = shell(tables, "losscli check --update-baseline")
    assert done.code == 0, done.err
    return tables


@pytest.mark.parametrize(
    ("begins", "writes"),
    [
        ("- uses: actions/setup-python", ()),
        ("losses:", ("checks.xml", "metrics.txt")),
        ("stages:", ("metrics.json",)),
    ],
)
def test_the_pipelines(checks: Path, begins: str, writes: tuple[str, ...]) -> None:
    text = shown("docs/ci.md", begins)
    commands = [
        words
        for words in strings(yaml.safe_load(text))
        if words.startswith("losscli ") and "\n" not in words
    ]
    assert commands
    for words in commands:
        done = shell(checks, words)
        assert done.code == 0, done.err
    assert all((checks / name).stat().st_size for name in writes)


def test_the_action_has_the_inputs_that_are_shown() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    workflow = yaml.safe_load(shown("docs/ci.md", "name: model"))
    [step] = [step for step in workflow["jobs"]["losses"]["steps"] if "with" in step]
    assert step["with"].keys() <= action["inputs"].keys()
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    own = {"python-version", "token"}
    assert all(f"`{name}`" in page for name in action["inputs"].keys() - own)


def test_the_component_of_gitlab(checks: Path) -> None:
    text = (ROOT / "templates" / "check.yml").read_text(encoding="utf-8")
    head, job = yaml.safe_load_all(text)
    [included] = yaml.safe_load(shown("docs/ci.md", "include:"))["include"]
    declared = head["spec"]["inputs"]
    assert included["inputs"].keys() <= declared.keys()
    given = {name: said["default"] for name, said in declared.items() if "default" in said}
    given |= included["inputs"]
    script = job["losscli-check"]["script"][-1]
    words = re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda found: given[found[1]], script)
    done = shell(checks, words)
    assert done.code == 0, done.err
    for name in job["losscli-check"]["artifacts"]["reports"].values():
        assert (checks / name).stat().st_size


def strings(value: object) -> Iterator[str]:
    """All texts in a YAML document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def test_the_hook_is_one_that_there_is() -> None:
    [repo] = yaml.safe_load(shown("docs/ci.md", "repos:"))["repos"]
    offered = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {hook["id"] for hook in repo["hooks"]} <= {hook["id"] for hook in offered}


BY_ARRAYS = [loss for loss in REGISTRY if loss.example.kind in (Kind.VALUE, Kind.PROBABILITY)]


@pytest.mark.parametrize("loss", BY_ARRAYS, ids=lambda loss: loss.id)
def test_the_command_of_a_losss_page_gives_its_example(
    loss: Loss, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from losscli.cli.app import execute

    monkeypatch.chdir(tmp_path)
    example = loss.example
    np.save("PRED.npy", np.asarray(example.pred))
    if example.label is not None:
        np.save("LABEL.npy", np.asarray(example.label))
    page = describe(loss)
    words = page.command.replace("PRED", "PRED.npy").replace("LABEL", "LABEL.npy").split()[1:]
    given = [*words, "--kind", example.kind.value, "--task", example.task.value, "-q"]
    assert execute(given) == 0, capsys.readouterr().err
    assert float(capsys.readouterr().out) == pytest.approx(page.example_value, rel=1e-12)
