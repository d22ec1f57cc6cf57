"""What the user can set. Kept as TOML; a field that is missing or wrong there has its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeAlias, get_args

from hitl_desktop.core.network import read_hosts
from hitl_desktop.core.run_model import RunModel, read_run_model

Theme: TypeAlias = Literal["system", "light", "dark"]


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, with the values of a new installation."""

    theme: Theme = "system"
    """Colours: as the system says, or always light or dark."""

    hold_seconds: float = 3.0
    """How long a decision that lets something happen is held before it is sent, 0 to 10 seconds."""

    reviewer: str = ""
    """The reviewer's name in the journal, beside the user of the system."""

    single_letter_decisions: bool = False
    """Whether A, R and C decide as well: for people who do hundreds a day."""

    ollama_url: str = ""
    """Where Ollama is; empty for OLLAMA_HOST or the default port on this machine."""

    model: str = ""
    """The model that answers; empty for the first one that can call tools."""

    gguf_file: str = ""
    """A model file for the embedded server; empty for the small one that comes with it."""

    allowed_hosts: tuple[str, ...] = ()
    """Other machines that graphs may reach, by name or address. All others are refused."""

    worker_thread_graphs: tuple[str, ...] = ()
    """Graphs that run on a loop in a worker thread, because their nodes block."""

    graph_models: Mapping[str, RunModel] = field(default_factory=dict)
    """By graph: the model that was chosen for it, and how it answers."""

    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by command name, where they differ from the built-in ones."""

    @property
    def model_source(self) -> tuple[str, str, str]:
        """What decides which model answers."""
        return self.ollama_url, self.model, self.gguf_file

    def to_table(self) -> dict[str, Any]:
        """The settings as a TOML table."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        lists = {name: list(values[name]) for name in ("allowed_hosts", "worker_thread_graphs")}
        models = {graph: chosen.to_table() for graph, chosen in self.graph_models.items()}
        return {**values, **lists, "graph_models": models, "keys": dict(self.keys)}


def read_settings(table: Mapping[str, Any]) -> tuple[Settings, tuple[str, ...]]:
    """Settings from a TOML table, and a sentence for each entry that was not understood and so left out."""
    good: dict[str, Any] = {}
    complaints: list[str] = []
    for name, value in table.items():
        reader = _READERS.get(name)
        if reader is None:
            complaints.append(f"There is no setting “{name}”.")
            continue
        try:
            good[name] = reader(value)
        except (TypeError, ValueError) as error:
            complaints.append(f"The setting “{name}” is not used: {error}.")
    return Settings(**good), tuple(complaints)


def _theme(value: Any) -> Any:
    if value not in get_args(Theme):
        raise ValueError(f"it is one of {', '.join(get_args(Theme))}")
    return value


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 10:
        raise ValueError("it is a number of seconds from 0 to 10")
    return float(value)


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("it is true or false")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("it is a text")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("it is a list of texts")
    return tuple(_text(item) for item in value)


def _hosts(value: Any) -> tuple[str, ...]:
    return read_hosts(_texts(value))


def _keys(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError("it is a table of keys by command")
    return {name: _text(key) for name, key in value.items()}


def _graph_models(value: Any) -> dict[str, RunModel]:
    if not isinstance(value, Mapping):
        raise ValueError("it is a table of models by graph")
    return {graph: read_run_model(chosen) for graph, chosen in value.items()}


_READERS = {
    "theme": _theme,
    "hold_seconds": _seconds,
    "reviewer": _text,
    "single_letter_decisions": _bool,
    "ollama_url": _text,
    "model": _text,
    "gguf_file": _text,
    "allowed_hosts": _hosts,
    "worker_thread_graphs": _texts,
    "graph_models": _graph_models,
    "keys": _keys,
}
