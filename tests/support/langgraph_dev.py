"""The server of `langgraph dev` with the example graphs, as a process of its own on 127.0.0.1, and its HTTP API."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from tests.network_guard.tracing import traced, why_no_strace
from tests.support.example_graphs import GRAPHS, MANIFEST, is_missing

JsonObject = dict[str, Any]

SECONDS_TO_START = 90
SECONDS_TO_END = 10
OF_THE_SHELL = ("LANGSMITH_", "LANGCHAIN_", "LANGGRAPH_")
SILENT = {
    "LANGSMITH_TRACING": "false",
    "LANGGRAPH_CLI_NO_ANALYTICS": "1",
    "LANGGRAPH_NO_VERSION_CHECK": "1",  # of PyPI, at every start; only in the server's code
}


def why_no_dev_server() -> str:
    """Why `langgraph dev` cannot run here with all example graphs, empty if it can."""
    if any(importlib.util.find_spec(module) is None for module in ("langgraph_cli", "langgraph_api")):
        return "langgraph-cli[inmem] is not installed: see CONTRIBUTING.md"
    # It starts with all graphs of the manifest or not at all.
    lacking = [name for name in MANIFEST["graphs"] if is_missing(name)]
    return f"not all example graphs have their packages: {', '.join(lacking)}" if lacking else ""


class DevServer:
    """`langgraph dev` on a copy of the example project in `folder`, started by `with` and ended with all its children.

    The copy also takes what the server writes beside the graphs (`.langgraph_api`). Its calls to the network are
    written to `calls` where strace is at hand, and its output to `log`. The system chooses the port, which stays
    reserved until the end.
    """

    def __init__(self, folder: Path) -> None:
        self.project = folder / "graphs"
        self.effects = folder / "effects"
        self.calls = folder / "calls"
        self.log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        # Bound and never listening: nobody else gets the port, and the server may still bind it.
        self._reservation = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._reservation.bind(("127.0.0.1", 0))
        port = self._reservation.getsockname()[1]
        self._port = str(port)
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False)

    def __enter__(self) -> DevServer:
        """Start the server and wait until it answers.

        Raises:
            AssertionError: it ended, or does not answer for too long; tells what it has written.
        """
        shutil.copytree(GRAPHS, self.project, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        # If the tests are killed, the kernel ends strace, and then the server.
        with_its_parent = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        command = [*with_its_parent, sys.executable, "-m", "langgraph_cli", "dev", "--no-browser", "--no-reload"]
        command += ["--host", "127.0.0.1", "--port", self._port]
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                command if why_no_strace() else [*with_its_parent, *traced(command, self.calls)],
                cwd=self.project,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a group of its own, which can be ended as a whole
            )
        try:
            self._wait_until_it_answers(self._process)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def get(self, path: str) -> Any:
        """What the server answers, parsed."""
        return self._http.get(path).raise_for_status().json()

    def post(self, path: str, body: JsonObject) -> Any:
        """What the server answers to a JSON object, parsed."""
        return self._http.post(path, json=body).raise_for_status().json()

    def _environment(self) -> dict[str, str]:
        """The shell's, without what it says of LangChain's services and of proxies."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(OF_THE_SHELL) and not name.lower().endswith("_proxy")
        }
        return {**kept, **SILENT, "HITL_EFFECTS_DIR": str(self.effects)}

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            with suppress(httpx.TransportError):
                if self._http.get("/ok").is_success:
                    return
            with suppress(subprocess.TimeoutExpired):
                raise AssertionError(f"`langgraph dev` ended with code {process.wait(0.05)}:\n{self.said()}")
        raise AssertionError(f"`langgraph dev` does not answer after {SECONDS_TO_START} seconds:\n{self.said()}")

    def said(self) -> str:
        """The last lines that the server has written."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-5000:]

    def _end(self) -> None:
        self._http.close()
        if self._process is not None:
            self._signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(SECONDS_TO_END)
            self._signal(signal.SIGKILL)  # to whoever is left of the group
            self._process.wait()
        self._reservation.close()

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


class DevThread:
    """A thread on the server, run with the scripted model at `model_url` and answered by interrupt id."""

    def __init__(self, server: DevServer, graph: str, model_url: str) -> None:
        self._server = server
        self._run = {"assistant_id": graph, "context": {"model": "scripted", "base_url": model_url}}
        self._path = f"/threads/{server.post('/threads', {})['thread_id']}"

    def run(self, **what: Any) -> JsonObject:
        """Run with `input` or `command` to the next pause or the end, and return what the server says then."""
        said: JsonObject = self._server.post(f"{self._path}/runs/wait", {**self._run, **what})
        return said

    def answer(self, *answers: Any) -> JsonObject:
        """Give the open questions their answers, in order, and run on."""
        ids = [question["id"] for question in self.questions()]
        return self.run(command={"resume": dict(zip(ids, answers, strict=True))})

    def state(self) -> JsonObject:
        """Where the thread stands: `values`, `next`, `tasks` and `interrupts`."""
        state: JsonObject = self._server.get(f"{self._path}/state")
        return state

    def questions(self) -> list[JsonObject]:
        """The open questions, each with `id`, `value`, and `response_schema` if it has one."""
        return [question for task in self.state()["tasks"] for question in task["interrupts"]]
