"""Reading `langgraph.json`: what the LangGraph CLI reads, and what people are told about the rest."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hitl_desktop.backends.project.manifest import GraphSpec, ManifestError, read_manifest

AGENT = {"agent": "./agent.py:graph"}


def write(folder: Path, manifest: Any) -> Path:
    text = manifest if isinstance(manifest, str) else json.dumps(manifest)
    (folder / "langgraph.json").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("entry", "spec"),
    [
        ("./agent.py:graph", GraphSpec("g", "./agent.py", "graph", is_file=True)),
        ("agent.py:graph", GraphSpec("g", "agent.py", "graph", is_file=True)),
        ("./src/my agent/graph.py:make", GraphSpec("g", "./src/my agent/graph.py", "make", is_file=True)),
        ("C:/work/agent.py:graph", GraphSpec("g", "C:/work/agent.py", "graph", is_file=True)),
        ("./agent.ts:graph", GraphSpec("g", "./agent.ts", "graph", is_file=True)),
        ("agent:graph", GraphSpec("g", "agent", "graph", is_file=False)),
        ("team.agents.mail:graph", GraphSpec("g", "team.agents.mail", "graph", is_file=False)),
        ({"path": "./agent.py:graph"}, GraphSpec("g", "./agent.py", "graph", is_file=True)),
        (
            {"path": "agent:graph", "description": "Sends mail.", "more": 1},
            GraphSpec("g", "agent", "graph", is_file=False, description="Sends mail."),
        ),
        ({"path": "agent:graph", "description": None}, GraphSpec("g", "agent", "graph", is_file=False)),
    ],
)
def test_an_entry_says_where_its_graph_is(tmp_path: Path, entry: Any, spec: GraphSpec) -> None:
    assert read_manifest(write(tmp_path, {"graphs": {"g": entry}})).graphs == (spec,)


def test_graphs_keep_the_order_of_the_manifest(tmp_path: Path) -> None:
    write(tmp_path, {"graphs": {name: "./agent.py:graph" for name in "zab"}})
    assert [spec.name for spec in read_manifest(tmp_path).graphs] == ["z", "a", "b"]


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        (
            '{\n  "graphs": {"a" "b"}\n}',
            "langgraph.json is not valid JSON: Expecting ':' delimiter, in line 2, column 18.",
        ),
        ("", "is not valid JSON: Expecting value, in line 1, column 1."),
        ("[" * 100_000, "nested too deeply"),
        (["a"], "must hold an object in braces, not a list."),
        ({}, 'names no graphs. Add at least one: "graphs": {"agent": "./agent.py:graph"}.'),
        ({"graphs": {}}, "names no graphs."),
        ({"graphs": []}, '"graphs" must be an object that gives each graph a name, not a list.'),
        ({"graphs": {"a": 5}}, "says where the graph “a” is with 5."),
        ({"graphs": {"a": None}}, "with null."),
        ({"graphs": {"a": {"description": "x"}}}, 'with {"description": "x"}.'),
        ({"graphs": {"a": {"path": "./a.py:g", "description": 7}}}, '"description": 7}.'),
        ({"graphs": {"a": "./agent.py"}}, 'with "./agent.py", which names no variable.'),
        ({"graphs": {"a": "./agent.py:"}}, 'with "./agent.py:".'),
        ({"graphs": {"a": "./agent.py:a.b"}}, 'with "./agent.py:a.b".'),
        ({"graphs": {"a": "my-agent:graph"}}, 'Write "path/file.py:variable", "package.module:variable", or {"path"'),
        ({"graphs": {" ": "./agent.py:graph"}}, "the graph “ ”"),
        ({"graphs": {"a": "./a\0.py:graph"}}, "the graph “a”"),
        ({"graphs": AGENT, "dependencies": "."}, '"dependencies" must be a list of texts, not a text.'),
        ({"graphs": AGENT, "dependencies": [1]}, '"dependencies" must be a list of texts'),
        ({"graphs": AGENT, "env": ["A=1"]}, '"env" must be an object of texts or the path of a .env file, not a list.'),
        ({"graphs": AGENT, "env": {"PORT": 8080}}, '"PORT" in "env" must be a text in quotes, not a number.'),
        ({"graphs": AGENT, "env": {"DEBUG": True}}, "not true or false."),
        ({"graphs": AGENT, "env": {"A=B": "1"}}, '"A=B" in "env" can\'t be the name of a variable.'),
        ({"graphs": AGENT, "env": {"A": "\ud800"}}, '"A" in "env" has a character that no variable can hold.'),
    ],
)
def test_a_manifest_that_cannot_be_read_says_why(tmp_path: Path, manifest: Any, words: str) -> None:
    with pytest.raises(ManifestError) as caught:
        read_manifest(write(tmp_path, manifest))
    assert words in str(caught.value)
    assert str(tmp_path / "langgraph.json") in str(caught.value)


def test_a_folder_without_a_manifest_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"has no langgraph\.json, so it is not a LangGraph project"):
        read_manifest(tmp_path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"There is no folder .*nowhere\. Make it, or open another"):
        read_manifest(tmp_path / "nowhere")


def test_the_manifest_in_place_of_its_folder(tmp_path: Path) -> None:
    write(tmp_path, {"graphs": AGENT})
    with pytest.raises(ManifestError, match=r"is a file\. Open the folder that holds langgraph\.json"):
        read_manifest(tmp_path / "langgraph.json")


def test_a_manifest_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "langgraph.json").mkdir()
    with pytest.raises(ManifestError, match=r"can't be read: Is a directory\."):
        read_manifest(tmp_path)


def test_a_manifest_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "langgraph.json").write_bytes(b'{"graphs": {"caf\xe9": "./a.py:g"}}')
    with pytest.raises(ManifestError, match=r"is not UTF-8 text \(byte 16\)"):
        read_manifest(tmp_path)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "langgraph.json").write_text(json.dumps({"graphs": AGENT}), encoding="utf-8-sig")
    assert len(read_manifest(tmp_path).graphs) == 1


def test_modules_are_found_in_the_project_and_in_dependencies_that_are_folders(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    write(tmp_path, {"graphs": AGENT, "dependencies": [".", "./lib", "langchain-openai", "./gone"]})
    manifest = read_manifest(tmp_path)
    assert manifest.code_folders == (tmp_path, tmp_path / "lib")
    assert manifest.missing_folders == ("./gone",)


def test_what_lies_outside_the_project_can_be_told_before_anything_is_run(tmp_path: Path) -> None:
    project, shared = tmp_path / "project", tmp_path / "shared"
    project.mkdir()
    shared.mkdir()
    graphs = {"mine": "./mine.py:graph", "theirs": "../shared/theirs.py:graph"}
    write(project, {"graphs": graphs, "dependencies": [".", "../shared"], "env": "../.env"})
    assert read_manifest(project).outside == (shared, shared / "theirs.py", tmp_path / ".env")
    assert read_manifest(write(project, {"graphs": AGENT, "env": ".env"})).outside == ()


def test_reading_a_manifest_needs_no_package_of_others(tmp_path: Path) -> None:
    write(tmp_path, {"graphs": AGENT})
    code = (
        "import sys; from pathlib import Path\n"
        "from hitl_desktop.backends.project.manifest import read_manifest\n"
        f"read_manifest(Path({str(tmp_path)!r}))\n"
        "print([name for name in ('langgraph', 'langchain_core', 'dotenv', 'pydantic') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"
