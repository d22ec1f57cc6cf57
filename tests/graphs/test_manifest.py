"""What the manifest promises, for every graph in it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from langgraph.graph.state import CompiledStateGraph

from tests.support.example_graphs import GRAPHS, MANIFEST, load_graph, sample_input

every_graph = pytest.mark.parametrize("name", MANIFEST["graphs"])


@every_graph
def test_a_graph_compiles_without_a_checkpointer_of_its_own(name: str) -> None:
    graph = load_graph(name)
    assert isinstance(graph, CompiledStateGraph)
    assert graph.name == name
    assert graph.checkpointer is None  # `langgraph dev` refuses graphs that bring one


@every_graph
def test_a_graph_has_a_description_of_one_sentence(name: str) -> None:
    assert MANIFEST["graphs"][name]["description"].endswith(".")


@every_graph
def test_a_form_finds_a_sample_that_fits_the_input_schema(name: str) -> None:
    graph = load_graph(name)
    jsonschema.validate(sample_input(graph), graph.get_input_jsonschema())


@every_graph
def test_the_model_is_chosen_by_the_context_and_all_of_it_has_a_default(name: str) -> None:
    schema: dict[str, Any] | None = load_graph(name).get_context_jsonschema()
    assert schema is not None
    assert {"model", "base_url"} <= set(schema["properties"])
    assert "required" not in schema


@every_graph
def test_messages_are_added_and_not_replaced(name: str) -> None:
    channels = load_graph(name).channels
    if "messages" in channels:
        assert type(channels["messages"]).__name__ == "BinaryOperatorAggregate"


def is_import(node: ast.AST) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


@pytest.mark.parametrize("path", sorted(GRAPHS.glob("*.py")), ids=lambda path: path.stem)
def test_the_examples_run_without_this_program(path: Path) -> None:
    imports = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if is_import(node)]
    assert not [node for node in imports if "hitl_desktop" in ast.unparse(node)]
