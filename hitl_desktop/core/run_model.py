"""Which model answers in a run, and how: the choice for a graph, for a thread, and what a graph asks of a model."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Protocol

from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.model_service import ModelInfo, ModelService
from hitl_desktop.core.schema import JsonSchema

NEEDS: Final = "x-model-needs"
"""In the schema of a graph's `model` field: `{"tools": true, "parameters": 1500000000}`."""

_OF_PROGRAM: Final = frozenset({"model", "base_url"})
_DURATION: Final = re.compile(r"0|-?(?:\d{1,9}(?:\.\d{1,9})?(?:ns|us|ms|s|m|h))+")
_MOST_THREADS: Final = 500
_UNITS: Final = {"": 1, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
_SIZE: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*([KMBT]?)")


@dataclass(frozen=True, slots=True)
class RunModel:
    """A model by name, and how it answers. The empty name and None leave it to the default and to the graph.

    `keep_alive` is a duration as Ollama writes it (`5m`, `0s`; `-1m` for ever), `num_ctx` in tokens.
    """

    model: str = ""
    temperature: float | None = None
    num_ctx: int | None = None
    keep_alive: str | None = None
    seed: int | None = None

    def to_table(self) -> dict[str, Any]:
        """What was chosen, by field name; what was left alone is left out."""
        chosen = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in chosen.items() if value not in (None, "")}


FIELDS: Final = tuple(each.name for each in fields(RunModel))
"""The fields of a graph's context that can be chosen."""


def read_run_model(table: Any) -> RunModel:
    """A choice from a table, as `to_table` gives it. Raises `ValueError` for what is none."""
    if not isinstance(table, Mapping):
        raise ValueError("it is a table of the model and how it answers")
    for name, value in table.items():
        good = {
            "model": isinstance(value, str),
            "temperature": _is_number(value, int | float) and 0 <= value <= 2,
            "num_ctx": _is_number(value, int) and 1 <= value <= 2**24,
            "keep_alive": isinstance(value, str) and _DURATION.fullmatch(value) is not None,
            "seed": _is_number(value, int) and 0 <= value < 2**31,
        }
        if not good.get(name, False):
            raise ValueError(f"“{name}” is no choice for a model, or has a value that can't be used")
    return RunModel(**table)


def _is_number(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class ModelOffer:
    """What a form may offer: the models that are there, the default one, and what was remembered for a graph."""

    models: tuple[ModelInfo, ...] = ()
    default: str = ""
    of_graph: Callable[[str], RunModel] = lambda graph: RunModel()

    def info(self, name: str) -> ModelInfo | None:
        """What is known of the model of this name, of the default one for the empty name."""
        wanted = name or self.default
        return next((info for info in self.models if info.is_called(wanted)), None)


class KeptChoices(Protocol):
    """Where the choices of threads outlive the program."""

    def load(self) -> dict[str, RunModel]:
        """The choices by thread id, the oldest first; what cannot be read is left out."""
        ...

    def save(self, choices: Mapping[str, RunModel]) -> None:
        """Write them whole or not at all. It waits for the disk."""
        ...


class RunModels:
    """The choices for graphs and threads. A thread's own choice counts, else its graph's, else the default model.

    `of_graph` gives what the settings remember for a graph, `service` what answers now. `kept` has the choices of
    threads, which are read when one is wanted.
    """

    def __init__(
        self,
        of_graph: Callable[[str], RunModel],
        service: Callable[[], ModelService | None],
        kept: KeptChoices,
    ) -> None:
        self.of_graph = of_graph
        self._service = service
        self._kept = kept
        self._loaded: dict[str, RunModel] | None = None

    @property
    def _threads(self) -> dict[str, RunModel]:
        if self._loaded is None:
            self._loaded = self._kept.load()
        return self._loaded

    @property
    def service(self) -> ModelService | None:
        """What answers now, None until something was looked for."""
        return self._service()

    def of_thread(self, thread_id: str) -> RunModel | None:
        """A thread's own choice, None where it has none."""
        return self._threads.get(thread_id)

    def choose(self, thread_id: str, choice: RunModel) -> None:
        """Note a choice for a thread, `save` then keeps it; beyond 500 the oldest are forgotten."""
        self._threads.pop(thread_id, None)
        self._threads[thread_id] = choice
        while len(self._threads) > _MOST_THREADS:
            del self._threads[next(iter(self._threads))]

    def save(self) -> None:
        """Keep what was chosen. It waits for the disk, so it is for a thread."""
        self._kept.save(dict(self._threads))

    def context(self, graph: str, thread_id: str) -> Mapping[str, Any]:
        """What a run of this graph on this thread may read as its context: the model, where it is, and how it answers.

        Nothing where no model answers, so that the graph's own defaults count.
        """
        service = self._service()
        if service is None or service.model is None:
            return {}
        chosen = self._threads.get(thread_id) or self.of_graph(graph)
        return {"model": service.model, "base_url": service.base_url, **chosen.to_table()}


def offered_fields(context_schema: JsonSchema) -> tuple[str, ...]:
    """The fields of a graph's context that can be chosen, in the order of `FIELDS`."""
    properties = context_schema.get("properties")
    return tuple(name for name in FIELDS if name in properties) if isinstance(properties, Mapping) else ()


def gets_model(graph: GraphInfo) -> bool:
    """Whether a graph takes its model from this program. Any other names one in its own code, or needs none."""
    return not _OF_PROGRAM.isdisjoint(graph.context_fields)


def shortcomings(context_schema: JsonSchema, info: ModelInfo | None) -> str:
    """What a model lacks for a graph, in sentences; empty where it lacks nothing or nothing is known."""
    properties = context_schema.get("properties")
    field = properties.get("model") if isinstance(properties, Mapping) else None
    needs = field.get(NEEDS) if isinstance(field, Mapping) else None
    if not isinstance(needs, Mapping) or info is None:
        return ""
    said = []
    if needs.get("tools") is True and info.capabilities and not info.can_call_tools:
        said.append(f"This graph needs a model that can call tools, and {info.name} can't.")
    wanted, has = needs.get("parameters"), weights_of(info.parameter_size)
    if isinstance(wanted, int | float) and has is not None and has < wanted:
        said.append(
            f"{info.name} is small for this graph: {info.parameter_size} weights, where {_size_words(wanted)} or more "
            "are advised. It may go wrong; look closely at what it asks."
        )
    return " ".join(said)


def weights_of(parameter_size: str) -> float | None:
    """The number of weights in Ollama's words (`3.2B`, `134.52M`), None for others."""
    found = _SIZE.fullmatch(parameter_size.strip().upper())
    return float(found[1]) * _UNITS[found[2]] if found else None


def _size_words(weights: float) -> str:
    return f"{weights / 1e9:g}B" if weights >= 1e9 else f"{weights / 1e6:g}M"
