"""The example project that comes with the program loads whole."""

from __future__ import annotations

import json
from pathlib import Path

from hitl_desktop.backends.project.loader import load_project

GRAPHS = Path(__file__).parents[3] / "graphs"


def test_every_example_graph_is_loaded_with_a_form_and_a_context() -> None:
    names = list(json.loads((GRAPHS / "langgraph.json").read_text(encoding="utf-8"))["graphs"])
    project = load_project(GRAPHS)
    assert (project.info.error, project.notes) == ("", ())
    assert [(graph.name, graph.error, graph.details) for graph in project.info.graphs] == [(n, "", "") for n in names]
    assert list(project.graphs) == names
    for graph in project.info.graphs:
        assert graph.input_schema is not None
        assert graph.description
        assert "model" in graph.context_fields
