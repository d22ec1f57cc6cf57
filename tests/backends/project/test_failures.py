"""What people are told when a project, or one of its graphs, can't be loaded; the other graphs work."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent

import pytest

from hitl_desktop.backends.project import loader
from hitl_desktop.backends.project.loader import LoadedProject, load_project
from hitl_desktop.core.graphs import GraphInfo
from tests.backends.project.conftest import NewProject

GOOD = """
    from langgraph.graph import START, StateGraph
    from typing_extensions import TypedDict

    class State(TypedDict):
        text: str

    builder = StateGraph(State)
    builder.add_node("node", lambda state: None)
    builder.add_edge(START, "node")
    graph = builder.compile()
"""

FAILURES = [
    # code of bad.py, what its entry is, what people are told
    ("import frobnicate", "./bad.py:graph", "It needs the Python module “frobnicate”, which is not installed."),
    ("import os.nothing", "./bad.py:graph", "It needs the Python module “os.nothing”"),
    ("from os import nothing", "./bad.py:graph", "ImportError: cannot import name 'nothing' from 'os'"),
    ("from . import good", "./bad.py:graph", "It imports a neighbour with a dot, which works inside a package only"),
    ("graph = (", "./bad.py:graph", "Its code can't be understood by Python: '(' was never closed (bad.py, line 1)."),
    ("if True:\nx = 1", "./bad.py:graph", "Its code can't be understood by Python: expected an indented block"),
    ("x = 1\n\x00", "./bad.py:graph", "source code string cannot contain null bytes"),
    ("raise ValueError('no key')", "./bad.py:graph", "ValueError: no key (bad.py, line 1)"),
    ("def f():\n    1 / 0\nf()", "./bad.py:graph", "ZeroDivisionError: division by zero (bad.py, line 2)"),
    ("raise SystemExit(3)", "./bad.py:graph", "Its code wanted to end the program (exit code 3) (bad.py, line 1)."),
    ("import sys\nsys.exit('bye')", "./bad.py:graph", "Its code wanted to end the program (exit code bye)"),
    ("raise KeyboardInterrupt", "./bad.py:graph", "KeyboardInterrupt: no message (bad.py, line 1)"),
    ("def f(): f()\nf()", "./bad.py:graph", "RecursionError: maximum recursion depth exceeded"),
    ("raise ValueError('a\\nb')", "./bad.py:graph", "ValueError: a (bad.py, line 1)"),
    ("raise ValueError('x' * 999)", "./bad.py:graph", "x… (bad.py, line 1)"),
    (
        "class Odd(Exception):\n    def __str__(self): raise TypeError\nraise Odd",
        "./bad.py:graph",
        "Odd: no message (bad.py, line 3)",
    ),
    ("from good import *", "./bad.py:grpah", "./bad.py has no “grpah”. The graphs in it are: builder, graph."),
    ("", "./bad.py:graph", "./bad.py has no “graph”."),
    ("graph = 5", "./bad.py:graph", "“graph” in ./bad.py is an int, not a graph."),
    ("graph = None", "./bad.py:graph", "“graph” in ./bad.py is a NoneType, not a graph."),
    ("class graph: pass", "./bad.py:graph", "“graph” in ./bad.py is a type, not a graph."),
    (
        "from langchain_core.runnables import RunnableLambda\ngraph = RunnableLambda(lambda x: x)",
        "./bad.py:graph",
        "“graph” in ./bad.py is a RunnableLambda, not a graph.",
    ),
    ("def graph(): return {}", "./bad.py:graph", "What graph() gave is a dict, not a graph."),
    (
        "async def graph():\n    yield 1",
        "./bad.py:graph",
        "an async_generator, not a graph. A factory that yields needs @contextmanager or @asynccontextmanager.",
    ),
    ("def graph(state, size): pass", "./bad.py:graph", "graph takes size, which nobody can give"),
    ("from good import StateGraph, State\ngraph = StateGraph(State)", "./bad.py:graph", "ValueError: Graph must have"),
    ("", "./gone.py:graph", "There is no file "),
    ("", "./bad.txt:graph", "./bad.txt is not a Python file."),
    ("", "./bad.ts:graph", "./bad.ts is JavaScript, and only graphs in Python can be run here."),
    ("", "gone.agent:graph", "It needs the Python module “gone”, which is not installed."),
    ("", "bad:graph", "bad has no “graph”."),
]


def load(new_project: NewProject, code: str, entry: str = "./bad.py:graph") -> tuple[GraphInfo, LoadedProject]:
    files = {"good.py": GOOD, "bad.txt": "", "bad.py": code}
    project = load_project(new_project(files, {"bad": {"path": entry, "description": "Is bad."}, "good": "good:graph"}))
    return project.info.graphs[0], project


@pytest.mark.parametrize(("code", "entry", "words"), FAILURES)
def test_one_graph_that_fails_says_why_and_the_others_work(
    new_project: NewProject, code: str, entry: str, words: str
) -> None:
    bad, project = load(new_project, code, entry)
    assert words in bad.error
    assert (bad.name, bad.description, bad.nodes, bad.input_schema) == ("bad", "Is bad.", (), None)
    assert list(project.graphs) == ["good"]
    assert project.info.graph("bad") is None
    assert project.info.graph("good") == project.info.graphs[1]
    assert project.info.graphs[1].error == ""
    assert project.info.error == ""


ASKS_FOR_IT = "try:\n    import gone\nexcept ImportError as error:\n    raise ImportError('Needs gone') from error"


@pytest.mark.parametrize(
    ("code", "foreseen"),
    [
        (ASKS_FOR_IT, True),
        ("import gone", False),
        ("raise ImportError('Needs gone')", False),
        (ASKS_FOR_IT.replace("raise ImportError", "raise RuntimeError"), False),
        (f"exec(compile({ASKS_FOR_IT!r}, '/libraries/asking.py', 'exec'))", False),  # a library's doing, not its own
    ],
)
def test_only_a_graph_that_asks_for_a_package_itself_has_foreseen_its_failure(
    new_project: NewProject, code: str, foreseen: bool
) -> None:
    bad, _ = load(new_project, code)
    assert bad.is_foreseen is foreseen
    assert ((bad.error, bad.details) == ("Needs gone.", "")) is foreseen


def test_the_traceback_begins_in_the_code_of_the_project(new_project: NewProject) -> None:
    bad, _ = load(new_project, "def f():\n    1 / 0\nf()")
    lines = bad.details.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1].endswith('bad.py", line 3, in <module>')
    assert lines[-1] == "ZeroDivisionError: division by zero"


def test_the_cause_of_a_failure_is_in_its_traceback(new_project: NewProject) -> None:
    bad, _ = load(new_project, "try:\n    {}['KEY']\nexcept KeyError as e:\n    raise ValueError('no key') from e")
    assert "KeyError: 'KEY'" in bad.details
    assert "direct cause" in bad.details


def test_what_is_no_failure_of_code_has_no_traceback(new_project: NewProject) -> None:
    assert load(new_project, "graph = 5")[0].details == ""


def test_a_file_of_two_graphs_that_fails_is_run_once(
    new_project: NewProject, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"bad.py": "print('run')\n1 / 0"}
    project = load_project(new_project(files, {"a": "./bad.py:a", "b": "bad.py:b", "c": "./bad.py:a"}))
    assert [graph.error for graph in project.info.graphs] == [
        "ZeroDivisionError: division by zero (bad.py, line 2)"
    ] * 3
    assert capsys.readouterr().out == "run\n" * 2  # once for each spelling of its path


def test_a_module_that_failed_is_not_left_half_loaded(new_project: NewProject) -> None:
    load(new_project, "1 / 0")
    assert "__bad" not in sys.modules


def test_a_project_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    project = load_project(tmp_path / "nowhere")
    assert project.info.error.startswith("There is no folder ")
    assert project.info.folder == str(tmp_path / "nowhere")
    assert (project.info.graphs, project.graphs) == ((), {})


def test_a_project_that_cannot_be_read_leaves_the_loaded_one(new_project: NewProject, tmp_path: Path) -> None:
    load_project(new_project({"good.py": GOOD}, {"good": "./good.py:graph"}))
    load_project(tmp_path / "nowhere")
    assert "__good" in sys.modules


def test_a_dependency_that_is_not_there_is_named(new_project: NewProject) -> None:
    folder = new_project({"good.py": GOOD}, {"good": "./good.py:graph"}, dependencies=[".", "./lib", "numpy"])
    assert load_project(folder).notes == ('"dependencies" names ./lib, which is not a folder here.',)


def test_a_factory_that_needs_its_run_is_listed_without_a_form(new_project: NewProject) -> None:
    code = "def graph(config):\n    return config['configurable']['user']"
    info, project = load(new_project, code)
    assert (info.error, info.input_schema, info.nodes) == ("", None, ())
    assert info.details.splitlines()[1].endswith('bad.py", line 2, in graph')
    assert info.details.splitlines()[-1] == "KeyError: 'user'"
    assert list(project.graphs) == ["bad", "good"]
    assert project.notes == ("Nothing is known of bad before it runs: KeyError: 'user'",)


def test_a_factory_that_takes_too_long_is_listed_without_a_form(
    new_project: NewProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "SECONDS_FOR_A_FACTORY", 0.01)
    info, project = load(new_project, "import asyncio\nasync def graph():\n    await asyncio.Event().wait()")
    assert (info.error, info.details.splitlines()[-1]) == ("", "TimeoutError: graph() took longer than 0.01 seconds")
    assert "bad" in project.graphs


def test_a_plain_factory_that_takes_too_long_is_listed_without_a_form(
    new_project: NewProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "SECONDS_FOR_A_FACTORY", 0.01)
    info, _ = load(new_project, "import threading\ngate = threading.Event()\ndef graph():\n    gate.wait(10)")
    assert "graph() took longer than 0.01 seconds" in info.details
    sys.modules["__bad"].gate.set()


@pytest.mark.parametrize("kind", ["def", "async def"])
def test_a_factory_that_wants_to_end_the_program_is_listed_without_a_form(new_project: NewProject, kind: str) -> None:
    info, project = load(new_project, f"{kind} graph():\n    raise SystemExit(2)")
    assert (info.error, info.details.splitlines()[-1]) == ("", "SystemExit: 2")
    assert list(project.graphs) == ["bad", "good"]


def test_a_timeout_of_the_factory_itself_is_told_as_it_is(new_project: NewProject) -> None:
    info, _ = load(new_project, "async def graph():\n    raise TimeoutError('no server')")
    assert info.details.endswith("TimeoutError: no server\n")


def test_the_window_hears_which_graph_is_loaded(new_project: NewProject) -> None:
    heard: list[str] = []
    folder = new_project({"good.py": GOOD}, {"one": "./good.py:graph", "two": "./good.py:graph"})
    load_project(folder, heard.append)
    assert heard == ["Loading one (1 of 2)", "Loading two (2 of 2)"]


class GivenUpError(Exception):
    pass


def test_one_who_waits_no_longer_ends_the_loading_before_the_next_graph(new_project: NewProject) -> None:
    folder = new_project({"good.py": GOOD, "two.py": "1 / 0"}, {"one": "./good.py:graph", "two": "./two.py:graph"})

    def progress(words: str) -> None:
        if "two" in words:
            raise GivenUpError

    path = list(sys.path)
    with pytest.raises(GivenUpError):
        load_project(folder, progress)
    assert sys.path == path
    assert "__good" not in sys.modules
    assert load_project(folder).info.graphs[0].error == ""


def test_while_a_module_takes_long_the_next_project_waits_and_can_be_given_up(
    new_project: NewProject, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    slow = f"with open({str(gate)!r}) as gate: gate.read()\n{dedent(GOOD)}"  # opens when somebody writes
    first = new_project({"slow.py": slow}, {"slow": "./slow.py:graph"}, name="first")
    second = new_project({"good.py": GOOD}, {"good": "./good.py:graph"}, name="second")
    heard: list[str] = []

    def give_up(words: str) -> None:
        heard.append(words)
        if len(heard) == 2:
            raise GivenUpError

    with ThreadPoolExecutor() as pool:
        began = threading.Event()
        loading = pool.submit(load_project, first, lambda words: began.set())
        assert began.wait(20)
        with pytest.raises(GivenUpError):
            load_project(second, give_up)
        gate.write_text("go on")
        assert loading.result(20).info.graphs[0].error == ""
    assert heard == ["Waiting for another project to be loaded"] * 2
    assert load_project(second).info.graphs[0].error == ""
