"""Reads `langgraph.json` as the LangGraph CLI does, without running or importing anything of the project."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MANIFEST_NAME = "langgraph.json"
JAVASCRIPT_SUFFIXES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")


class ManifestError(Exception):
    """The project cannot be read. The text says what is wrong with it, and where."""


@dataclass(frozen=True, slots=True)
class GraphSpec:
    """Where a graph is found: a variable of a file (`is_file`, relative to the project), or of a module."""

    name: str
    path_or_module: str
    variable: str
    is_file: bool
    description: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `langgraph.json` says. `env` is a mapping, in which None unsets a variable, or the path of a .env file."""

    folder: Path
    graphs: tuple[GraphSpec, ...]
    dependencies: tuple[str, ...] = ()
    env: Mapping[str, str | None] | Path = field(default_factory=dict)

    def file_of(self, spec: GraphSpec) -> Path:
        """The absolute path of the file of a graph, as it is spelled: links in it are not followed."""
        return Path(os.path.normpath(self.folder / spec.path_or_module))

    @property
    def code_folders(self) -> tuple[Path, ...]:
        """Where modules of the project are found: its own folder, then the dependencies that are folders.

        `langgraph dev` appends the same ones to `sys.path`; other dependencies are packages to be installed.
        """
        local = [(self.folder / entry).resolve() for entry in self.dependencies if self.is_folder(entry)]
        return tuple(dict.fromkeys([self.folder, *local]))

    def is_folder(self, dependency: str) -> bool:
        """Whether a dependency names a folder that is there; no other one is, and none whose name no path can have."""
        try:
            return (self.folder / dependency).resolve().is_dir()
        except (OSError, ValueError):
            return False

    @property
    def missing_folders(self) -> tuple[str, ...]:
        """The dependencies that name a folder (they start with a dot) which is not there."""
        return tuple(entry for entry in self.dependencies if entry.startswith(".") and not self.is_folder(entry))

    @property
    def outside(self) -> tuple[Path, ...]:
        """What the manifest uses that lies outside the project's folder: code folders, files of graphs, the .env."""
        used = [*self.code_folders, *(self.file_of(spec) for spec in self.graphs if spec.is_file)]
        if isinstance(self.env, Path):
            used.append(self.env)
        places = dict.fromkeys(path.resolve() for path in used)
        return tuple(path for path in places if not path.is_relative_to(self.folder))


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the project in `folder`; raises `ManifestError`."""
    folder = folder.expanduser().resolve()
    raw = _parse(_read(folder), folder / MANIFEST_NAME)
    graphs = raw.get("graphs")
    if graphs is None or graphs == {}:
        raise ManifestError(
            f'{_where(folder)} names no graphs. Add at least one: "graphs": {{"agent": "./agent.py:graph"}}.'
        )
    if not isinstance(graphs, dict):
        raise _wrong_type(folder, "graphs", "an object that gives each graph a name", graphs)
    return Manifest(
        folder=folder,
        graphs=tuple(_graph(folder, name, value) for name, value in graphs.items()),
        dependencies=_dependencies(folder, raw.get("dependencies")),
        env=_env(folder, raw.get("env")),
    )


def _read(folder: Path) -> str:
    path = folder / MANIFEST_NAME
    try:
        if folder.is_file():
            raise ManifestError(f"{folder} is a file. Open the folder that holds {MANIFEST_NAME}.")
        if not folder.is_dir():
            raise ManifestError(
                f"There is no folder {folder}. Make it, or open another one that holds a {MANIFEST_NAME} "
                "(File, Open project)."
            )
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ManifestError(
            f"{folder} has no {MANIFEST_NAME}, so it is not a LangGraph project. Open the folder that holds one."
        ) from None
    except UnicodeDecodeError as error:
        raise ManifestError(f"{path} is not UTF-8 text (byte {error.start}).") from error
    except OSError as error:
        raise ManifestError(f"{path} can't be read: {error.strerror}.") from error


def _parse(text: str, path: Path) -> dict[str, Any]:
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise ManifestError(
            f"{path} is not valid JSON: {error.msg}, in line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise ManifestError(f"{path} is nested too deeply to be read.") from error
    if not isinstance(raw, dict):
        raise ManifestError(f"{path} must hold an object in braces, not {_kind(raw)}.")
    return raw


def _graph(folder: Path, name: str, value: Any) -> GraphSpec:
    description: Any = ""
    source = value
    if isinstance(value, dict):
        source = value.get("path")
        description = value.get("description") or ""
    if not name.strip() or not isinstance(source, str) or not isinstance(description, str):
        raise _no_graph(folder, name, json.dumps(value, ensure_ascii=False))
    place, colon, variable = source.rpartition(":")
    if not colon:
        raise _no_graph(folder, name, f'"{source}", which names no variable')
    is_file = "/" in place or place.endswith((".py", *JAVASCRIPT_SUFFIXES))
    is_module = all(part.isidentifier() for part in place.split("."))
    if not variable.isidentifier() or not (is_file or is_module) or not _fits_the_environment(place):
        raise _no_graph(folder, name, f'"{source}"')
    return GraphSpec(name, place, variable, is_file, description)


def _no_graph(folder: Path, name: str, found: str) -> ManifestError:
    return ManifestError(
        f"{_where(folder)} says where the graph “{name}” is with {found}. "
        'Write "path/file.py:variable", "package.module:variable", or {"path": ..., "description": ...} around it.'
    )


def _dependencies(folder: Path, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise _wrong_type(folder, "dependencies", "a list of texts", value)
    return tuple(value)


def _env(folder: Path, value: Any) -> Mapping[str, str | None] | Path:
    if value is None or value == "":
        return {}
    if isinstance(value, str):
        try:
            return (folder / Path(value).expanduser()).resolve()
        except (OSError, ValueError, RuntimeError) as error:  # no such user, a zero byte, links in a circle
            raise ManifestError(f'{_where(folder)}: "env" is no path that can be followed: {error}.') from error
    if not isinstance(value, dict):
        raise _wrong_type(folder, "env", "an object of texts or the path of a .env file", value)
    for name, text in value.items():
        if not name or "=" in name or not _fits_the_environment(name):
            raise ManifestError(f'{_where(folder)}: "{name}" in "env" can\'t be the name of a variable.')
        if text is not None and not isinstance(text, str):
            raise ManifestError(f'{_where(folder)}: "{name}" in "env" must be a text in quotes, not {_kind(text)}.')
        if text is not None and not _fits_the_environment(text):
            raise ManifestError(f'{_where(folder)}: "{name}" in "env" has a character that no variable can hold.')
    return value


def _fits_the_environment(text: str) -> bool:
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def _wrong_type(folder: Path, key: str, wanted: str, found: Any) -> ManifestError:
    return ManifestError(f'{_where(folder)}: "{key}" must be {wanted}, not {_kind(found)}.')


def _where(folder: Path) -> str:
    return str(folder / MANIFEST_NAME)


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"
