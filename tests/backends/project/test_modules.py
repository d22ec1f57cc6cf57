"""Modules of a project in a process that loads others: names, neighbours, edits, and what stays untouched."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from hitl_desktop.backends.project.loader import LoadedProject, load_project, unload_project
from hitl_desktop.backends.project.modules import module_name
from tests.backends.project.conftest import NewProject

SAYING = """
    from langgraph.graph import START, StateGraph
    from typing_extensions import TypedDict
    {imported}

    class State(TypedDict, total=False):
        said: str

    def node(state):
        {inside}
        return {{"said": {said}}}

    builder = StateGraph(State)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    graph = builder.compile()
"""


def saying(said: str, imported: str = "", inside: str = "") -> str:
    return SAYING.format(said=said, imported=imported, inside=inside or "pass")


def said(project: LoadedProject, name: str = "agent") -> Any:
    info = next(graph for graph in project.info.graphs if graph.name == name)
    assert info.error == ""
    source: Any = project.graphs[name].source
    return source.invoke({})["said"]


AGENT = {"agent": "./agent.py:graph"}


def test_a_graph_imports_its_neighbours_and_dependencies(new_project: NewProject) -> None:
    files = {
        "agent.py": saying("a.A + b.B + c", "import a, lib_b as b\nfrom package.inner import c".replace("\n", "; ")),
        "a.py": "A = 'a'",
        "lib/lib_b.py": "B = 'b'",
        "package/__init__.py": "",
        "package/inner.py": "from .other import c",
        "package/other.py": "c = 'c'",
    }
    project = load_project(new_project(files, AGENT, dependencies=[".", "./lib"]))
    assert said(project) == "abc"


def test_a_graph_is_a_variable_of_a_module(new_project: NewProject) -> None:
    files = {
        "team/__init__.py": "",
        "team/agent.py": saying("word", "from .words import word"),
        "team/words.py": "word = 'w'",
    }
    assert said(load_project(new_project(files, {"agent": "team.agent:graph"}))) == "w"


def test_a_node_may_import_when_it_runs(new_project: NewProject) -> None:
    files = {"agent.py": saying("late.WORD", inside="import late"), "late.py": "WORD = 'late'"}
    assert said(load_project(new_project(files, AGENT))) == "late"


def test_two_projects_with_modules_of_the_same_names(new_project: NewProject) -> None:
    projects = [
        new_project(
            {"agent.py": saying("helpers.WORD + inner.WORD", "import helpers; from pkg import inner"),
             "helpers.py": f"WORD = '{name}'", "pkg/inner.py": f"WORD = '{name}'"},
            AGENT,
            name=name,
        )
        for name in ("one", "two")
    ]  # fmt: skip
    assert [said(load_project(folder)) for folder in (*projects, projects[0])] == ["oneone", "twotwo", "oneone"]


def test_a_module_of_the_project_before_is_not_found_any_more(new_project: NewProject) -> None:
    load_project(new_project({"agent.py": saying("x", "from helpers import x"), "helpers.py": "x = 'x'"}, AGENT))
    other = load_project(new_project({"agent.py": saying("x", "from helpers import x")}, AGENT, name="other"))
    assert "needs the Python module “helpers”" in other.info.graphs[0].error


def test_an_edit_counts_when_the_project_is_loaded_again(
    new_project: NewProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    files = {
        "agent.py": saying("'1' + WORD + late.WORD", "from helpers import WORD", "import late"),
        "helpers.py": "WORD = '1'",
        "late.py": "WORD = '1'",
    }
    folder = new_project(files, AGENT)
    assert said(load_project(folder)) == "111"
    for name in files:
        # Same size and time: what Python's bytecode cache would take for the same file.
        path = folder / name
        times = path.stat()
        path.write_text(path.read_text().replace("'1'", "'2'"))
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert said(load_project(folder)) == "222"
    assert sorted(path.name for path in folder.iterdir()) == ["agent.py", "helpers.py", "langgraph.json", "late.py"]


def test_a_neighbour_that_was_added_counts_when_the_project_is_loaded_again(new_project: NewProject) -> None:
    files = {"agent.py": saying("helpers.WORD", "import helpers")}
    folder = new_project(files, AGENT)
    assert load_project(folder).info.graphs[0].error != ""
    (folder / "helpers.py").write_text("WORD = 'new'")
    assert said(load_project(folder)) == "new"


async def test_a_run_of_the_project_before_ends_with_its_own_code(
    new_project: NewProject, saver: AsyncSqliteSaver
) -> None:
    one = new_project({"agent.py": saying("W", "from helpers import W"), "helpers.py": "W = 1"}, AGENT, name="one")
    two = new_project({"agent.py": saying("W", "from helpers import W"), "helpers.py": "W = 2"}, AGENT, name="two")
    before = await asyncio.to_thread(load_project, one)
    async with before.graphs["agent"].open(saver, {}) as graph:
        await asyncio.to_thread(load_project, two)
        assert await graph.ainvoke({}, {"configurable": {"thread_id": "t"}}) == {"said": 1}


def test_a_file_of_two_graphs_is_run_once(new_project: NewProject, capsys: pytest.CaptureFixture[str]) -> None:
    code = saying("'x'") + "\n    other = builder.compile()\n    print('run')\n"
    graphs = {"agent": "./agent.py:graph", "other": "agent.py:other"}
    project = load_project(new_project({"agent.py": code}, graphs))
    assert (said(project, "agent"), said(project, "other")) == ("x", "x")
    assert capsys.readouterr().out == "run\n"


def test_the_projects_modules_do_not_replace_pythons(new_project: NewProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    files = {
        "agent.py": saying("colorsys.__name__ + str(hasattr(colorsys, 'MINE'))", "import colorsys"),
        "colorsys.py": "MINE = 1",
    }
    assert said(load_project(new_project(files, AGENT))) == "colorsysFalse"


def test_code_of_others_inside_the_projects_folder_is_not_loaded_again(new_project: NewProject) -> None:
    import hitl_desktop

    repository = Path(hitl_desktop.__file__).parents[1]
    folder = new_project(
        {"agent.py": saying("'x'", "import helpers"), "helpers.py": ""}, AGENT, dependencies=[str(repository)]
    )
    load_project(folder)
    import hitl_desktop.core.preview  # loaded after the project, from a folder of it

    module = sys.modules["hitl_desktop.core.preview"]
    assert "helpers" in sys.modules
    unload_project()
    assert "helpers" not in sys.modules
    assert sys.modules["hitl_desktop.core.preview"] is module
    assert sys.modules["langgraph"].__name__ == "langgraph"


def test_what_was_imported_before_the_project_stays(new_project: NewProject) -> None:
    folder = new_project({"agent.py": saying("'x'", "import of_a_test"), "of_a_test.py": ""}, AGENT)
    sys.path.append(str(folder))
    module = importlib.import_module("of_a_test")
    sys.path.remove(str(folder))
    load_project(folder)
    unload_project()
    assert sys.modules.pop("of_a_test") is module


def test_unloading_twice_is_no_fault() -> None:
    unload_project()
    unload_project()


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("agent.py", "__agent"),  # this and the next three as langgraph_api 0.16.7 names them
        ("src/agent/graph.py", "__src__agent__graph"),
        ("mail-agent/graph.py", "__mail-agent__graph"),
        ("01_intro/graph_2.py", "__01_intro__graph_2"),
        ("my agent/graph.py", "__my_agent__graph_2686d826"),
        ("my_agent/graph.py", "__my_agent__graph"),
        ("v1.2/graph.py", "__v1_2__graph_d7e17a75"),
        ("a__b.py", "__a__b_1a89208b"),
        ("../shared/graph.py", "______shared__graph_fc60fcca"),
    ],
)
def test_the_name_of_a_module_depends_on_its_place_in_the_project_only(place: str, name: str) -> None:
    for folder in (Path("/home/ana/project"), Path("/srv/x")):
        assert module_name((folder / place).resolve(), folder) == name


def test_the_spelling_of_a_path_does_not_change_the_name_of_its_module(new_project: NewProject) -> None:
    code = saying("__name__")
    for entry in ("./src/agent.py:graph", "src/agent.py:graph", "./src/../src/agent.py:graph"):
        assert said(load_project(new_project({"src/agent.py": code}, {"agent": entry}))) == "__src__agent"
    folder = new_project({"real.py": code}, {"agent": "./agent.py:graph"})
    (folder / "agent.py").symlink_to("real.py")
    assert said(load_project(folder)) == "__agent"
    absolute = new_project({"src/agent.py": code}, {}) / "src" / "agent.py"
    folder = new_project({}, {"agent": f"{absolute}:graph"})
    assert said(load_project(folder)) == "__src__agent"
