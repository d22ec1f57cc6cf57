"""A project's modules in this process: how they are found, what they are called, and how they are forgotten."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import re
import site
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import hitl_desktop
from hitl_desktop.backends.project.manifest import JAVASCRIPT_SUFFIXES, GraphSpec, Manifest


class NoGraphError(Exception):
    """There is no graph where the manifest says. The text says what there is instead."""


def module_name(path: Path, folder: Path) -> str:
    """The name under which the file of a graph is run, made from where it lies in the project.

    Checkpoints name classes by module, so the name is the same on every machine and in every session, however
    the manifest spells the path. For `./agent/graph.py` it is `__agent__graph`, as in `langgraph dev`
    (langgraph_api.graph._graph_from_spec), which makes one name of some unlike paths: those get a suffix.
    """
    place = Path(os.path.relpath(path, folder)).as_posix()
    parts = place.removesuffix(".py").split("/")
    name = "__" + "__".join(parts)
    if all(re.fullmatch(r"[\w-]+", part) and "__" not in part and part.strip("_") == part for part in parts):
        return name
    readable = "".join(letter if letter.isalnum() else "_" for letter in name)
    return f"{readable}_{hashlib.sha256(place.encode(errors='surrogateescape')).hexdigest()[:8]}"


class ProjectModules:
    """The modules of one project, loaded once; one project at a time, as all share `sys.path` and `sys.modules`."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._outcomes: dict[str, ModuleType | BaseException] = {}
        self._added: list[str] = []
        self._run: list[str] = []
        self._wrote_bytecode = False
        self._there_before = set(sys.modules)
        self._foreign = [path for path in _foreign_code() if self._holds(path)]

    def enter(self) -> None:
        """Let modules of the project be imported, from now until `leave`: nodes may import when they run.

        Its folders come last, as in `langgraph dev`: a `calendar.py` of the project can't replace Python's. No
        bytecode is kept meanwhile: Python takes it for fresh if the source has the same size and second of change,
        so that an edit could be missed, and a project that is only looked at should not change.
        """
        self._wrote_bytecode = not sys.dont_write_bytecode
        sys.dont_write_bytecode = True
        self._added = [str(folder) for folder in self._manifest.code_folders if str(folder) not in sys.path]
        sys.path += self._added
        importlib.invalidate_caches()

    def leave(self) -> None:
        """Forget the project's modules, so that the same names can mean other files, or the same files anew.

        What came from elsewhere stays: installed packages, this program, and what was there before.
        """
        sys.dont_write_bytecode = not self._wrote_bytecode
        for folder in self._added:
            if folder in sys.path:
                sys.path.remove(folder)
        for name, module in list(sys.modules.items()):
            if name in self._run or (name not in self._there_before and self._is_of_the_project(module)):
                del sys.modules[name]
        importlib.invalidate_caches()

    def module(self, spec: GraphSpec) -> ModuleType:
        """The module that holds a graph; raises `NoGraphError`, or what its code raises, for each graph in it."""
        outcome = self._outcomes.get(spec.path_or_module)
        if outcome is None:
            try:
                outcome = self._load(spec)
            except BaseException as error:  # SystemExit too: the module of one graph must not end the others
                outcome = error
            self._outcomes[spec.path_or_module] = outcome
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def _load(self, spec: GraphSpec) -> ModuleType:
        if not spec.is_file:
            return importlib.import_module(spec.path_or_module)
        path = self._manifest.file_of(spec)
        name = module_name(path, self._manifest.folder)
        if name in self._run:
            return sys.modules[name]
        if path.suffix in JAVASCRIPT_SUFFIXES:
            raise NoGraphError(f"{spec.path_or_module} is JavaScript, and only graphs in Python can be run here.")
        if not path.is_file():
            raise NoGraphError(f"There is no file {path}.")
        found = importlib.util.spec_from_file_location(name, path)
        if found is None or found.loader is None:
            raise NoGraphError(f"{spec.path_or_module} is not a Python file.")
        module = importlib.util.module_from_spec(found)
        sys.modules[name] = module  # before it runs: dataclasses and type hints look their module up
        try:
            found.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
        self._run.append(name)
        return module

    def _is_of_the_project(self, module: Any) -> bool:
        place = _place(module)
        if place is None or not self._holds(place):
            return False
        places = (place, place.resolve())
        return not any(place.is_relative_to(foreign) for place in places for foreign in self._foreign)

    def _holds(self, path: Path) -> bool:
        return any(path.is_relative_to(folder) for folder in self._manifest.code_folders)


def _place(module: Any) -> Path | None:
    """The file of a module, or the first folder of a package without one."""
    try:
        file = module.__file__ or next(iter(module.__path__))
        return Path(os.path.abspath(file))
    except Exception:  # not everything in `sys.modules` is a module, and lazy ones may raise anything
        return None


def _foreign_code() -> Iterator[Path]:
    """Code that is not the project's even if it lies inside its folder, as with a virtual environment in it."""
    places = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    for place in (*places, site.getusersitepackages(), os.path.dirname(hitl_desktop.__file__)):
        yield Path(os.path.abspath(place))
        yield Path(place).resolve()
