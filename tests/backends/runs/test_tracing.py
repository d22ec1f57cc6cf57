"""No run is told to anybody, whatever the shell, the project's .env and the project's code ask for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
TRACING = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2")
WANTED = dict.fromkeys(TRACING, "true") | {"LANGSMITH_API_KEY": "no-key", "LANGCHAIN_API_KEY": "no-key"}

GRAPHS = """
import langsmith
from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

State = TypedDict("State", {"x": int}, total=False)
graph = StateGraph(State).add_node("add", lambda state: {"x": state["x"] + 1}).add_edge(START, "add").compile()

def talk(state):
    with langsmith.tracing_context(enabled=True):
        return {"x": langsmith.traceable(lambda x: x + 1)(state["x"])}

talking = StateGraph(State).add_node("talk", talk).add_edge(START, "talk").compile()
"""

GRAPH_NAMES = {"quiet": "./quiet.py:graph", "talking": "./quiet.py:talking"}
LANGSMITH = "api.smith.langchain.com"

# The guard is in all, so that no test tells anybody anything.
RUN = """
import asyncio, json, os, sys, threading
from pathlib import Path
from hitl_desktop.network_guard import guard

guard.install()
refused = threading.Event()
guard.listen(lambda show: refused.set(), print)
events = []
watched = ("socket.getaddrinfo", "socket.gethostbyname", "socket.connect", "socket.sendto")
sys.addaudithook(lambda event, _: events.append(event) if event in watched else None)
folder = Path(sys.argv[2])

async def in_the_program():
    from tests.backends.runs.bench import Bench
    bench = Bench(folder, folder)
    await bench.open()
    log = await bench.start(sys.argv[3], {"x": 1})
    await bench.backend.close()
    return bench.project.notes, log.reason.value

def without_it():
    sys.path.insert(0, str(folder))
    from quiet import graph
    return (), str(graph.invoke({"x": 1}))

notes, result = asyncio.run(in_the_program()) if sys.argv[1] == "in the program" else without_it()
from langchain_core.tracers.langchain import wait_for_all_tracers
from langsmith import run_trees
if sys.argv[4] == "told":
    assert refused.wait(60)  # the rest of its attempts are not waited for: LangSmith's client is patient
else:
    wait_for_all_tracers()
    if run_trees._CLIENT is not None:  # asking for it would make one, which asks its server who it is
        run_trees._CLIENT.flush()
print(json.dumps([list(notes), result, events, sorted({each.host for each in guard.refusals})]), flush=True)
os._exit(0)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "quiet.py").write_text(GRAPHS)
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in WANTED.items()))
    (tmp_path / "langgraph.json").write_text(json.dumps({"dependencies": ["."], "graphs": GRAPH_NAMES, "env": ".env"}))
    return tmp_path


def run(how: str, project: Path, graph: str = "quiet", *, told: bool) -> Any:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LANGSMITH", "LANGCHAIN"))}
    ended = subprocess.run(
        [sys.executable, "-c", RUN, how, str(project), graph, "told" if told else "silent"],
        cwd=ROOT,
        env=environment | WANTED,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def test_a_run_in_the_program_looks_up_and_connects_to_nothing(project: Path) -> None:
    notes, result, events, refused = run("in the program", project, told=False)
    assert result == "finished"
    assert (events, refused) == ([], [])
    assert notes == [f"The project's environment may not set {', '.join(sorted(TRACING))}: left as it was."]


def test_the_same_run_elsewhere_would_be_told_to_langsmith(project: Path) -> None:
    """Else the test above would show nothing."""
    _, result, _, refused = run("elsewhere", project, told=True)
    assert result == "{'x': 2}"
    assert refused == [LANGSMITH]


def test_code_that_insists_on_telling_is_refused_and_runs_on(project: Path) -> None:
    _, result, events, refused = run("in the program", project, "talking", told=True)
    assert (result, refused) == ("finished", [LANGSMITH])
    assert "socket.connect" not in events
