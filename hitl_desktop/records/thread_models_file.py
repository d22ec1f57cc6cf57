"""Which threads have a model of their own: a TOML file in the folder of what may be lost."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from hitl_desktop.core.run_model import RunModel, read_run_model
from hitl_desktop.records.toml_file import save_table


class ThreadModelsFile:
    """The choices of threads at `path`; see `core.run_model.KeptChoices`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> dict[str, RunModel]:
        """The choices in the file, the oldest first; what cannot be read is left out."""
        try:
            table = tomllib.loads(self._path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            return {}
        choices: dict[str, RunModel] = {}
        for thread_id, chosen in table.items():
            with suppress(ValueError):
                choices[thread_id] = read_run_model(chosen)
        return choices

    def save(self, choices: Mapping[str, RunModel]) -> None:
        """Write the choices whole or not at all; a disk that is full only loses them."""
        with suppress(OSError):
            save_table(self._path, {thread_id: choice.to_table() for thread_id, choice in choices.items()})
