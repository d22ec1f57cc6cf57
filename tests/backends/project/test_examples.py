"""The example project that comes with the program loads whole."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from hitl_desktop.backends.project.loader import load_project
from tests.support.example_graphs import NEEDED, is_missing

GRAPHS = Path(__file__).parents[3] / "graphs"


def test_every_example_graph_is_loaded_with_a_form_and_a_context() -> None:
    names = list(json.loads((GRAPHS / "langgraph.json").read_text(encoding="utf-8"))["graphs"])
    names = [name for name in names if not is_missing(name)]
    project = load_project(GRAPHS)
    graphs = [graph for graph in project.info.graphs if graph.name in names]
    assert (project.info.error, project.notes) == ("", ())
    assert [(graph.name, graph.error, graph.details) for graph in graphs] == [(name, "", "") for name in names]
    assert list(project.graphs) == names
    for graph in graphs:
        assert graph.input_schema is not None
        assert graph.description
        assert "model" in graph.context_fields


@pytest.mark.parametrize(("name", "package"), NEEDED.items())
def test_an_example_without_its_package_says_what_to_install_and_the_others_load(
    name: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [module for module in sys.modules if module.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)  # as Python marks what is not to be found
    project = load_project(GRAPHS)
    (failed,) = (graph for graph in project.info.graphs if graph.error)
    assert (failed.name, failed.is_foreseen) == (name, True)
    assert f"install the package “{package}”" in failed.error
    assert set(project.graphs) == {graph.name for graph in project.info.graphs} - {name}
