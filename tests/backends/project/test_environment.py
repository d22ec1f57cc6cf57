"""The variables of a project: set as `langgraph dev` sets them, without what the program guards."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from langsmith.utils import tracing_is_enabled

from hitl_desktop.backends import GUARDED
from hitl_desktop.backends.project.loader import LoadedProject, load_project, unload_project
from tests.backends.project.conftest import NewProject

ECHO = """
    import os
    from langgraph.graph import START, StateGraph
    from typing_extensions import TypedDict

    SEEN = {name: os.environ.get(name) for name in ("PLAIN", "QUOTED", "OF_THE_SHELL", "UNSET")}
    builder = StateGraph(TypedDict("State", {"x": int}))
    builder.add_node("node", lambda state: None)
    builder.add_edge(START, "node")
    graph = builder.compile(name=repr(SEEN))
"""


def seen(project: LoadedProject) -> dict[str, str | None]:
    """What the project's code found in its environment."""
    source: Any = project.graphs["echo"].source
    values: dict[str, str | None] = eval(source.name)
    return values


@pytest.fixture(autouse=True)
def shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_THE_SHELL", "shell")
    monkeypatch.setenv("UNSET", "shell")


def test_variables_of_the_manifest_win_over_the_shell(new_project: NewProject) -> None:
    env = {"PLAIN": "1", "QUOTED": "a b", "OF_THE_SHELL": "project", "UNSET": None}
    project = load_project(new_project({"echo.py": ECHO}, {"echo": "./echo.py:graph"}, env=env))
    assert seen(project) == env


def test_variables_of_an_env_file(new_project: NewProject) -> None:
    files = {"echo.py": ECHO, ".env": "PLAIN=1\n# remark\nexport QUOTED='a b'\nOF_THE_SHELL=${PLAIN}2\nUNSET\n"}
    project = load_project(new_project(files, {"echo": "./echo.py:graph"}, env=".env"))
    assert seen(project) == {"PLAIN": "1", "QUOTED": "a b", "OF_THE_SHELL": "12", "UNSET": None}
    assert project.notes == ()


def test_they_are_there_for_the_nodes_and_gone_with_the_project(new_project: NewProject) -> None:
    env = {"PLAIN": "1", "OF_THE_SHELL": "project", "UNSET": None}
    load_project(new_project({"echo.py": ECHO}, {"echo": "./echo.py:graph"}, env=env))
    assert {name: os.environ.get(name) for name in env} == env
    load_project(new_project({"echo.py": ECHO}, {"echo": "./echo.py:graph"}, name="other"))
    assert {name: os.environ.get(name) for name in env} == {"PLAIN": None, "OF_THE_SHELL": "shell", "UNSET": "shell"}


def test_an_env_file_that_is_not_there_is_an_empty_one(new_project: NewProject) -> None:
    project = load_project(new_project({"echo.py": ECHO}, {"echo": "./echo.py:graph"}, env=".env"))
    assert seen(project)["OF_THE_SHELL"] == "shell"


def test_a_line_that_cannot_be_read_is_left_out_and_named(new_project: NewProject) -> None:
    files = {"echo.py": ECHO, ".env": "PLAIN=1\n= what\nQUOTED=2\n"}
    project = load_project(new_project(files, {"echo": "./echo.py:graph"}, env=".env"))
    assert seen(project)["PLAIN"] == "1"
    assert seen(project)["QUOTED"] == "2"
    (note,) = project.notes
    assert note.endswith(".env: line 2 can't be understood and was left out.")


@pytest.mark.parametrize(
    ("content", "words"), [(b"A=caf\xe9", "is not UTF-8 text"), (b"A=\0", "is not text (it has a zero byte)")]
)
def test_an_env_file_that_is_no_text(new_project: NewProject, content: bytes, words: str) -> None:
    folder = new_project({"echo.py": ECHO}, {"echo": "./echo.py:graph"}, env=".env")
    (folder / ".env").write_bytes(content)
    project = load_project(folder)
    assert words in project.info.error
    assert project.graphs == {}


def test_an_env_file_that_is_a_folder(new_project: NewProject) -> None:
    folder = new_project({"echo.py": ECHO}, {"echo": "./echo.py:graph"}, env="./settings")
    (folder / "settings").mkdir()
    assert "can't be read: Is a directory." in load_project(folder).info.error


@pytest.mark.parametrize("as_file", [True, False])
def test_no_project_turns_tracing_on_or_strict_reading_off(new_project: NewProject, as_file: bool) -> None:
    before = {name: os.environ.get(name) for name in GUARDED}
    wanted = {name: "true" if value == "false" else "0" for name, value in GUARDED.items()}
    env = ".env" if as_file else wanted
    files = {"echo.py": ECHO, ".env": "\n".join(f"{name}={value}" for name, value in wanted.items())}
    project = load_project(new_project(files, {"echo": "./echo.py:graph"}, env=env))
    assert {name: os.environ.get(name) for name in GUARDED} == before
    assert project.notes == (f"The project's environment may not set {', '.join(sorted(GUARDED))}: left as it was.",)


@pytest.mark.parametrize("unset", [True, False])
def test_no_module_turns_tracing_on_while_it_is_loaded(new_project: NewProject, unset: bool) -> None:
    change = "del os.environ['LANGGRAPH_STRICT_MSGPACK']" if unset else "os.environ['LANGSMITH_TRACING_V2'] = 'true'"
    read = "from langsmith import utils\nutils.get_env_var.cache_clear()\nutils.tracing_is_enabled()"
    code = f"import os\n{change}\n{read}\nfrom other import graph\n"
    folder = new_project({"other.py": ECHO, "echo.py": code}, {"echo": "./echo.py:graph"})
    project = load_project(folder)
    assert project.info.graphs[0].error == ""
    name = "LANGGRAPH_STRICT_MSGPACK" if unset else "LANGSMITH_TRACING_V2"
    assert project.notes == (f"echo tried to change {name}: left as it was.",)
    assert not tracing_is_enabled()
    unload_project()
    assert os.environ["LANGGRAPH_STRICT_MSGPACK"] == "true"


def test_the_path_of_an_env_file_is_relative_to_the_project(
    new_project: NewProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    files = {"echo.py": ECHO, "config/.env": "PLAIN=1"}
    assert seen(load_project(new_project(files, {"echo": "./echo.py:graph"}, env="config/.env")))["PLAIN"] == "1"
