"""Which model a run gets, and what a graph needs of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from hitl_desktop.core.model_service import ModelInfo, ModelService
from hitl_desktop.core.run_model import ModelOffer, RunModel, RunModels, offered_fields, shortcomings, weights_of

SMALL = ModelInfo("small:latest", 1, "llama", "134.52M", "Q4", 2048, ("completion",))
LARGE = ModelInfo("large:8b", 1, "llama", "8.0B", "Q4", 2048, ("completion", "tools"))
SERVICE = ModelService("ollama", "http://127.0.0.1:1", "small:latest", (SMALL, LARGE), "")


def schema(needs: Any) -> Mapping[str, Any]:
    return {"properties": {"seed": {}, "own": {}, "model": {"type": "string", "x-model-needs": needs}}}


@pytest.mark.parametrize(
    ("needs", "info", "said"),
    [
        ({"tools": True}, SMALL, "can call tools, and small:latest can't"),
        ({"tools": True}, LARGE, ""),
        ({"tools": True}, replace(SMALL, capabilities=()), ""),
        ({"parameters": 1_500_000_000}, SMALL, "134.52M weights, where 1.5B or more are advised"),
        ({"parameters": 1_500_000_000}, LARGE, ""),
        ({"parameters": 1_500_000_000}, replace(SMALL, parameter_size="tiny"), ""),
        ({"tools": True, "parameters": 1e9}, None, ""),
        ({"tools": "yes", "parameters": "many"}, SMALL, ""),
        ("tools", SMALL, ""),
    ],
)
def test_what_a_model_lacks_for_a_graph(needs: Any, info: ModelInfo | None, said: str) -> None:
    found = shortcomings(schema(needs), info)
    assert said in found
    assert bool(said) is bool(found)


@pytest.mark.parametrize("odd", [{}, {"properties": 5}, {"properties": {"model": True}}])
def test_an_odd_schema_asks_for_nothing(odd: Mapping[str, Any]) -> None:
    assert shortcomings(odd, SMALL) == ""
    assert offered_fields(odd) in ((), ("model",))


def test_only_what_the_context_has_is_offered() -> None:
    assert offered_fields(schema({})) == ("model", "seed")


@pytest.mark.parametrize(
    ("text", "weights"),
    [("3.2B", 3.2e9), ("134.52M", 134.52e6), ("22m", 22e6), ("1000", 1000), ("8x7B", None), ("", None)],
)
def test_numbers_of_weights(text: str, weights: float | None) -> None:
    assert weights_of(text) == (pytest.approx(weights) if weights is not None else None)


class Kept:
    """Keeps choices in memory."""

    def __init__(self) -> None:
        self.choices: dict[str, RunModel] = {}

    def load(self) -> dict[str, RunModel]:
        return dict(self.choices)

    def save(self, choices: Mapping[str, RunModel]) -> None:
        self.choices = dict(choices)


def test_a_threads_choice_comes_first_then_its_graphs() -> None:
    kept = Kept()
    graphs = {"mail": RunModel("large:8b", temperature=0.5)}
    choices = RunModels(lambda graph: graphs.get(graph, RunModel()), lambda: SERVICE, kept)
    here = {"base_url": "http://127.0.0.1:1"}
    assert choices.context("other", "t") == {"model": "small:latest", **here}
    assert choices.context("mail", "t") == {"model": "large:8b", "temperature": 0.5, **here}
    choices.choose("t", RunModel(seed=7))
    assert choices.context("mail", "t") == {"model": "small:latest", "seed": 7, **here}
    assert choices.context("mail", "u") == {"model": "large:8b", "temperature": 0.5, **here}
    choices.save()
    again = RunModels(lambda graph: RunModel(), lambda: SERVICE, kept)
    assert again.of_thread("t") == RunModel(seed=7)


def test_without_a_model_the_graphs_own_defaults_count() -> None:
    choices = RunModels(lambda graph: RunModel("a"), lambda: None, Kept())
    assert choices.context("mail", "t") == {}


def test_old_threads_are_forgotten() -> None:
    choices = RunModels(lambda graph: RunModel(), lambda: SERVICE, Kept())
    for number in range(501):
        choices.choose(str(number), RunModel(seed=number))
    assert choices.of_thread("0") is None
    assert choices.of_thread("500") == RunModel(seed=500)


def test_an_offer_knows_the_default_by_the_empty_name() -> None:
    offer = ModelOffer((SMALL, LARGE), "small:latest")
    assert (offer.info(""), offer.info("large:8b"), offer.info("small"), offer.info("gone")) == (
        SMALL,
        LARGE,
        SMALL,
        None,
    )
