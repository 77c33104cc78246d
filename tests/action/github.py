"""A stand-in of GitHub: its API on this machine, and what runs the steps of a composite action."""

from __future__ import annotations

import io
import json
import os
import re
import runpy
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import yaml

from tests.cli.conftest import environment
from tests.cli.program import SAMPLES
from tests.typed import in_this_process

ROOT = SAMPLES.parent
REPOSITORY = "someone/models"
TOKEN = "the-token"
# A step that does nothing but run a program of the action.
_PROGRAM = re.compile(r'"\$RUNNER_TEMP/losscli/bin/python" "\$GITHUB_ACTION_PATH/(\S+\.py)"\n')
BOT = {"type": "Bot", "login": "github-actions[bot]"}


@dataclass
class GitHub:
    """What the repository holds, and what was asked of it."""

    url: str = ""
    runs: list[dict[str, Any]] = field(default_factory=list)
    artifacts: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    contents: dict[int, bytes] = field(default_factory=dict)
    comments: list[dict[str, Any]] = field(default_factory=list)
    read_only: bool = False
    asked: list[str] = field(default_factory=list)
    tokens_at_the_storage: list[str | None] = field(default_factory=list)

    def keep(self, run: int, files: Mapping[str, bytes], **said: Any) -> None:
        """A good run on the main branch that has kept these files; the newest so far."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        repository = {"full_name": said.get("repository", REPOSITORY)}
        self.runs.insert(0, {"id": run, "head_repository": repository})
        self.contents[run] = packed.getvalue()
        artifact = {
            "name": "losscli-baseline",
            "expired": said.get("expired", False),
            "archive_download_url": f"{self.url}/repos/{REPOSITORY}/actions/artifacts/{run}/zip",
        }
        self.artifacts[run] = [artifact]


@contextmanager
def github() -> Iterator[GitHub]:
    """GitHub's API at an address of this machine."""
    state = GitHub()

    class Handler(BaseHTTPRequestHandler):
        def answer(self, code: int, body: Any = None, **headers: str) -> None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if found := re.fullmatch(r"/storage/(\d+)", url.path):
                state.tokens_at_the_storage.append(self.headers["Authorization"])
                return self.answer(200, state.contents[int(found[1])])
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                return self.answer(401)
            asked = parse_qs(url.query)
            path = url.path.removeprefix(f"/repos/{REPOSITORY}/")
            state.asked.append(f"GET {path}")
            if path == "actions/workflows/ci.yml/runs":
                wanted = {"branch": ["main"], "event": ["push"], "status": ["success"]}
                assert wanted.items() <= asked.items()
                return self.answer(200, {"workflow_runs": state.runs})
            if found := re.fullmatch(r"actions/runs/(\d+)/artifacts", path):
                assert asked["name"] == ["losscli-baseline"]
                return self.answer(200, {"artifacts": state.artifacts[int(found[1])]})
            if found := re.fullmatch(r"actions/artifacts/(\d+)/zip", path):
                return self.answer(302, Location=f"{state.url}/storage/{found[1]}")
            if path == "issues/7/comments":
                size, page = int(asked["per_page"][0]), int(asked["page"][0])
                return self.answer(200, state.comments[(page - 1) * size : page * size])
            return self.answer(404)

        def write(self, method: str) -> None:
            path = self.path.removeprefix(f"/repos/{REPOSITORY}/")
            state.asked.append(f"{method} {path}")
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]
            if state.read_only:
                return self.answer(403)
            if method == "POST" and path == "issues/7/comments":
                state.comments.append({"id": len(state.comments), "user": BOT, "body": body})
                return self.answer(201, {})
            if found := re.fullmatch(r"issues/comments/(\d+)", path):
                [comment] = [each for each in state.comments if each["id"] == int(found[1])]
                comment["body"] = body
                return self.answer(200, {})
            return self.answer(404)

        def do_POST(self) -> None:
            self.write("POST")

        def do_PATCH(self) -> None:
            self.write("PATCH")

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class Ran:
    """How a job with this one step went."""

    code: int
    outputs: Mapping[str, str]
    summary: str
    log: str
    steps: list[str]


class Job:
    """A job that uses the action of this repository, in a folder with the sample data."""

    def __init__(
        self, folder: Path, github: GitHub, event: str = "pull_request", *, real: bool = False
    ) -> None:
        self.folder = folder
        self.real = real
        self.action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
        program = folder / "temp" / "losscli" / "bin" / "python"
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        program.chmod(0o755)
        (folder / "sample_data").symlink_to(SAMPLES)
        payload = {"repository": {"default_branch": "main"}, "pull_request": {"number": 7}}
        (folder / "event.json").write_text(json.dumps(payload))
        self.contexts: dict[str, Any] = {
            "github.event_name": event,
            "github.event.repository.default_branch": "main",
            "github.ref_name": "main" if event == "push" else "7/merge",
            "github.token": TOKEN,
        }
        self.env = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION": "__self",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_API_URL": github.url,
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SHA": "0123456789abcdef",
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "GITHUB_WORKFLOW_REF": f"{REPOSITORY}/.github/workflows/ci.yml@refs/heads/main",
            "RUNNER_TEMP": str(folder / "temp"),
        }

    def run(self, **inputs: str) -> Ran:
        """Run the steps that are shell scripts, but for the installation."""
        assert inputs.keys() <= {name.replace("-", "_") for name in self.action["inputs"]}
        for name, declared in self.action["inputs"].items():
            given = inputs.get(name.replace("-", "_"), declared.get("default", ""))
            self.contexts[f"inputs.{name}"] = self.filled(given)
        code, log, steps = 0, "", []
        for step in self.action["runs"]["steps"]:
            name = step.get("name", step.get("uses"))
            if code or not self.holds(step.get("if", "true")):
                continue
            steps.append(name)
            if "run" in step and name != "Install losscli":
                code, said = self.script(step)
                log += said
        return Ran(code, self.outputs("check"), self.read("summary.md"), log, steps)

    def script(self, step: Mapping[str, Any]) -> tuple[int, str]:
        (self.folder / "output").write_text("")
        given = {name: self.filled(value) for name, value in step.get("env", {}).items()}
        env = {**environment(), **self.env, **given}
        program = _PROGRAM.fullmatch(step["run"])
        if program is None or self.real:
            ran = self.by_bash(step["run"], env)
        else:
            ran = self.in_this_process(ROOT / program[1], env)
        for line in self.read("output").splitlines():
            name, _, value = line.partition("=")
            self.contexts[f"steps.{step['id']}.outputs.{name}"] = value
        return ran

    def by_bash(self, script: str, env: Mapping[str, str]) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", script],
            cwd=self.folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout

    def in_this_process(self, program: Path, env: Mapping[str, str]) -> tuple[int, str]:
        """A program of the action, and the losscli that it runs: each start costs 0.4 s."""
        log = io.StringIO()

        def losscli(
            words: Sequence[str], *, env: Mapping[str, str], **_: Any
        ) -> subprocess.CompletedProcess[str]:
            assert words[:3] == [sys.executable, "-m", "losscli"]
            answer = in_this_process(words[3:], self.folder, env)
            log.write(answer.err)
            return subprocess.CompletedProcess(words, answer.code, answer.out)

        with (
            chdir(self.folder),
            patch.dict(os.environ, env, clear=True),
            patch.object(sys, "path", [str(program.parent), *sys.path]),
            patch.object(subprocess, "run", losscli),
            redirect_stdout(log),
        ):
            runpy.run_path(str(program), run_name="__main__")
        return 0, log.getvalue()

    def outputs(self, step: str) -> dict[str, str]:
        begin = f"steps.{step}.outputs."
        return {
            name.removeprefix(begin): value
            for name, value in self.contexts.items()
            if name.startswith(begin)
        }

    def read(self, name: str) -> str:
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def filled(self, text: str) -> str:
        """A text with the values of its expressions."""
        return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(self.value(found[1])), text)

    def holds(self, condition: str) -> bool:
        return bool(self.value(condition))

    def value(self, expression: str) -> Any:
        """The value of an expression of names, texts, ==, && and ||."""
        names = r"'[^']*'|(?:github|inputs|steps)\.[\w.-]+"

        def replaced(found: re.Match[str]) -> str:
            word = found[0]
            return word if word.startswith("'") else repr(self.contexts.get(word, ""))

        text = re.sub(names, replaced, expression).replace("&&", " and ").replace("||", " or ")
        return eval(" ".join(text.split()), {}, {"true": True})
