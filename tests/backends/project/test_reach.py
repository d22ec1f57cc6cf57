"""What a project would run and use is told from its manifest, and no code runs that was not permitted."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from hitl_desktop.backends.project.environment import is_kept
from hitl_desktop.backends.project.loader import load_project, unload_project
from hitl_desktop.backends.project.manifest import ManifestError, read_manifest
from hitl_desktop.backends.project.reach import reach_of
from hitl_desktop.core.backend import ProjectNotTrustedError
from hitl_desktop.core.trust import ProjectReach
from tests.backends.project.conftest import NewProject

CANARY = "import pathlib\npathlib.Path(__file__).with_name('ran').touch()\ngraph = None\n"
AGENT = {"agent": "./agent.py:graph"}


def reach(folder: Path, **keys: Any) -> ProjectReach:
    (folder / "langgraph.json").write_text(json.dumps({"graphs": AGENT, **keys}))
    return reach_of(read_manifest(folder))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lib").mkdir()
    (tmp_path / "p" / "src").mkdir(parents=True)
    (tmp_path / "p" / "linked").symlink_to(tmp_path / "lib")
    (tmp_path / "p" / "linked.py").symlink_to(tmp_path / "lib" / "agent.py")
    (tmp_path / "p" / "linked.env").symlink_to(tmp_path / "lib" / ".env")
    return tmp_path / "p"


@pytest.mark.parametrize(
    ("keys", "outside"),
    [
        ({}, []),
        ({"dependencies": [".", "./src", "langchain", "./not/there"], "env": ".env"}, []),
        ({"env": {"HERE": "../lib"}}, []),
        ({"dependencies": ["../lib"]}, ["lib"]),
        ({"dependencies": ["./src/../../lib"]}, ["lib"]),
        ({"dependencies": ["./linked"]}, ["lib"]),
        ({"dependencies": ["linked"]}, ["lib"]),
        ({"dependencies": [".."]}, ["."]),
        ({"dependencies": ["../not there"]}, []),
        ({"env": "../lib/.env"}, ["lib/.env"]),
        ({"env": "linked.env"}, ["lib/.env"]),
        ({"graphs": {"agent": "../lib/agent.py:graph"}}, ["lib/agent.py"]),
        ({"graphs": {"agent": "./linked.py:graph"}}, ["lib/agent.py"]),
        ({"graphs": {"agent": "./linked/agent.py:graph"}}, ["lib/agent.py"]),
    ],
)
def test_whatever_lies_outside_is_named(folder: Path, keys: dict[str, Any], outside: list[str]) -> None:
    found = reach(folder, **keys)
    assert found.folder == str(folder)
    assert found.outside == {str((folder.parent / place).resolve()) for place in outside}
    assert found.outside == {str(place) for place in read_manifest(folder).outside}
    for place in found.outside:
        assert place in found.text


@pytest.mark.parametrize("env", ["~nobody-of-this-name/.env", "a\0b"])
def test_an_env_that_is_no_path_is_said_and_not_raised(folder: Path, env: str) -> None:
    with pytest.raises(ManifestError, match='"env" is no path that can be followed'):
        reach(folder, env=env)


@pytest.mark.parametrize("dependency", ["a\0b", "\ud800", "x" * 5000])
def test_a_dependency_whose_name_no_folder_can_have_is_a_package(folder: Path, dependency: str) -> None:
    assert reach(folder, dependencies=[dependency]).outside == frozenset()


@pytest.mark.parametrize("env", [{"OF_THE_PROJECT": "1"}, ".env"])
def test_what_is_not_permitted_runs_sets_and_finds_nothing(new_project: NewProject, env: object) -> None:
    files = {"agent.py": CANARY, ".env": "OF_THE_PROJECT=1"}
    folder = new_project(files, AGENT, dependencies=["."], env=env)
    before = list(sys.path), dict(os.environ), set(sys.modules)
    asked: list[ProjectReach] = []

    def refuse(found: ProjectReach) -> bool:
        asked.append(found)
        return False

    with pytest.raises(ProjectNotTrustedError) as refused:
        load_project(folder, permits=refuse)
    assert (list(sys.path), dict(os.environ)) == before[:2]
    assert not {name for name in set(sys.modules) - before[2] if "agent" in name}
    assert not (folder / "ran").exists()
    assert asked == [refused.value.reach]
    load_project(folder)
    assert (folder / "ran").exists()


def test_a_refusal_forgets_the_project_before(new_project: NewProject) -> None:
    folder = new_project({"agent.py": CANARY}, AGENT, env={"OF_THE_PROJECT": "1"})
    load_project(folder)
    assert os.environ["OF_THE_PROJECT"] == "1"
    with pytest.raises(ProjectNotTrustedError):
        load_project(folder, permits=lambda _: False)
    assert "OF_THE_PROJECT" not in os.environ
    assert str(folder) not in sys.path


KEPT = (
    *("LANGGRAPH_STRICT_MSGPACK", "LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING_SAMPLING_RATE"),
    *("PYTHONPATH", "PYTHONSTARTUP", "LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "QT_PLUGIN_PATH"),
    *("HTTP_PROXY", "https_proxy", "ALL_PROXY", "no_proxy", "HITL_DESKTOP_HOME", "HOME", "XDG_CONFIG_HOME"),
    *("OLLAMA_HOST", "OPENSSL_CONF", "OTEL_EXPORTER_OTLP_ENDPOINT"),
)


@pytest.mark.parametrize("as_file", [True, False])
def test_what_decides_for_the_whole_program_is_kept_and_said(new_project: NewProject, as_file: bool) -> None:
    before = {name: os.environ.get(name) for name in KEPT}
    wanted = {**dict.fromkeys(KEPT, "/of/the/project"), "OPENAI_API_KEY": "1", "LANGSMITH_API_KEY": "2"}
    text = "\n".join(f"{name}={value}" for name, value in wanted.items())
    folder = new_project({"agent.py": CANARY, ".env": text}, AGENT, env=".env" if as_file else wanted)
    project = load_project(folder)
    try:
        assert {name: os.environ.get(name) for name in KEPT} == before
        assert os.environ["OPENAI_API_KEY"] == "1"
        assert os.environ["LANGSMITH_API_KEY"] == "2"
    finally:
        unload_project()
    assert project.notes == (f"The project's environment may not set {', '.join(sorted(KEPT))}: left as it was.",)
    assert not is_kept("OPENAI_API_KEY")
