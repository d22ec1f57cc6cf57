"""Loads the graphs of a project: imports LangGraph and runs the project's code, so do it in a worker thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from langchain_core.runnables import Runnable
from langgraph.graph import StateGraph
from langgraph.pregel import Pregel

from hitl_desktop.backends.project.describe import describe
from hitl_desktop.backends.project.environment import AppliedVariables, guarded, read_variables
from hitl_desktop.backends.project.factories import Factory, as_graph
from hitl_desktop.backends.project.failures import explain, is_foreseen, trace
from hitl_desktop.backends.project.manifest import GraphSpec, Manifest, ManifestError, read_manifest
from hitl_desktop.backends.project.modules import NoGraphError, ProjectModules
from hitl_desktop.backends.project.opening import LoadedGraph
from hitl_desktop.backends.project.parts import Graph, allowlist_of
from hitl_desktop.backends.project.reach import reach_of
from hitl_desktop.core.backend import ProjectNotTrustedError
from hitl_desktop.core.graphs import GraphInfo, Project
from hitl_desktop.core.trust import ProjectReach

__all__ = ["LoadedGraph", "LoadedProject", "load_project", "unload_project"]

SECONDS_FOR_A_FACTORY = 10.0


@dataclass(frozen=True, slots=True)
class LoadedProject:
    """A project as the window shows it, its graphs that can be run by name, and remarks for the person, in words."""

    info: Project
    graphs: Mapping[str, LoadedGraph] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class _InThisProcess:
    """What the project that is loaded has changed for all: modules, `sys.path`, variables."""

    def __init__(self) -> None:
        self.loading = threading.Lock()
        self._modules: ProjectModules | None = None
        self._variables: AppliedVariables | None = None

    def enter(self, manifest: Manifest, variables: Mapping[str, str | None]) -> ProjectModules:
        """Make room for a project, in place of the one that was loaded."""
        self.leave()
        self._variables = AppliedVariables(variables)
        self._modules = ProjectModules(manifest)
        self._modules.enter()
        return self._modules

    def leave(self) -> None:
        """Take back everything that the loaded project has changed."""
        if self._modules is not None:
            self._modules.leave()
        if self._variables is not None:
            self._variables.take_back()
        self._modules = self._variables = None


_process = _InThisProcess()


def load_project(
    folder: Path,
    progress: Callable[[str], None] | None = None,
    permits: Callable[[ProjectReach], bool] = lambda _: True,
) -> LoadedProject:
    """Run the code of a project and describe its graphs. Blocks, for as long as that code takes.

    What is wrong with the project or with one of its graphs is in the result, not raised. `progress` is told, in
    words, before each graph is loaded, and a few times a second while another project is being loaded.

    Code that is running can't be stopped from outside: who no longer wants the project stops waiting, and has
    `progress` raise; that ends the loading before the next graph, takes it all back, and is raised from here.

    `permits` is asked with what the manifest says now, before anything of the project is run, set or found. Where it
    says no, `ProjectNotTrustedError` is raised, and the project that was loaded before is forgotten.

    A process has one project at a time, as modules and variables are the process's own. Loading another one, or
    the same one again after an edit, forgets the modules of the one before: end its runs first.
    """
    tell = progress or _tell_nobody
    try:
        manifest = read_manifest(folder)
        reach = reach_of(manifest)
        if not permits(reach):
            unload_project()
            raise ProjectNotTrustedError(reach)
        variables = read_variables(manifest)
    except ManifestError as error:
        return LoadedProject(Project(str(folder), error=str(error)))
    with _one_at_a_time(tell):
        try:
            modules = _process.enter(manifest, variables.values)
            return _load_graphs(manifest, modules, tell, list(variables.notes))
        except BaseException:
            _process.leave()
            raise


def unload_project() -> None:
    """Forget the project that is loaded: its modules, its folders on `sys.path` and its variables."""
    with _one_at_a_time(_tell_nobody):
        _process.leave()


def _load_graphs(
    manifest: Manifest, modules: ProjectModules, tell: Callable[[str], None], notes: list[str]
) -> LoadedProject:
    notes += [f'"dependencies" names {name}, which is not a folder here.' for name in manifest.missing_folders]
    infos: list[GraphInfo] = []
    graphs: dict[str, LoadedGraph] = {}
    for number, spec in enumerate(manifest.graphs, start=1):
        tell(f"Loading {spec.name} ({number} of {len(manifest.graphs)})")
        with guarded() as tried:
            info, loaded = _load_graph(manifest, modules, spec)
        if tried:
            notes.append(f"{spec.name} tried to change {', '.join(tried)}: left as it was.")
        if loaded is not None:
            graphs[spec.name] = loaded
            if info.details:
                notes.append(f"Nothing is known of {spec.name} before it runs: {info.details.splitlines()[-1]}")
        infos.append(info)
    return LoadedProject(Project(str(manifest.folder), tuple(infos)), graphs, tuple(notes))


def _load_graph(manifest: Manifest, modules: ProjectModules, spec: GraphSpec) -> tuple[GraphInfo, LoadedGraph | None]:
    try:
        source = _source(modules.module(spec), spec)
        if isinstance(source, Factory):
            return _describe_factory(source, manifest, spec), LoadedGraph(spec.name, manifest.folder, source)
        info = describe(source, spec.name, spec.description)
        return info, LoadedGraph(spec.name, manifest.folder, source, allowlist_of(source))
    except BaseException as error:  # whatever the code of a project raises, the other graphs are loaded
        return _failed(error, manifest, spec), None


def _failed(error: BaseException, manifest: Manifest, spec: GraphSpec) -> GraphInfo:
    return GraphInfo(
        spec.name,
        spec.description,
        error=explain(error, manifest.folder),
        details=trace(error, manifest.folder),
        is_foreseen=is_foreseen(error, manifest.folder),
    )


def _source(module: ModuleType, spec: GraphSpec) -> Graph | Factory:
    if spec.variable not in vars(module):
        names = [name for name, value in vars(module).items() if isinstance(value, Pregel | StateGraph)]
        hint = f" The graphs in it are: {', '.join(names)}." if names else ""
        raise NoGraphError(f"{spec.path_or_module} has no “{spec.variable}”.{hint}")
    value: Any = vars(module)[spec.variable]
    if callable(value) and not isinstance(value, Runnable | StateGraph | type):
        return Factory.of(value, spec.variable)
    return as_graph(value, f"“{spec.variable}” in {spec.path_or_module}")


def _describe_factory(factory: Factory, manifest: Manifest, spec: GraphSpec) -> GraphInfo:
    """What a factory makes without a run, as `langgraph dev` calls it for its schemas.

    One that fails so may still work for a run, where it gets a config: then only nothing is known of it. One that
    gives no graph is an error.
    """
    try:
        # A plain loop: the policy of this process may make loops that belong to the window's thread.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            return runner.run(_make_and_describe(factory, spec))
    except NoGraphError:
        raise
    except BaseException as error:
        why = f"It cannot be described before it runs. {explain(error, manifest.folder)}"
        return GraphInfo(spec.name, spec.description, details=trace(error, manifest.folder), no_schema=why)


async def _make_and_describe(factory: Factory, spec: GraphSpec) -> GraphInfo:
    limit = asyncio.timeout(SECONDS_FOR_A_FACTORY)
    try:
        async with limit, AsyncExitStack() as stack:
            graph = await factory.make(stack, {}, "assistants.read")
            return describe(graph, spec.name, spec.description)
    except TimeoutError:
        if not limit.expired():
            raise
        raise TimeoutError(f"{factory.name}() took longer than {SECONDS_FOR_A_FACTORY:g} seconds") from None


@contextmanager
def _one_at_a_time(tell: Callable[[str], None]) -> Iterator[None]:
    while not _process.loading.acquire(timeout=0.2):
        tell("Waiting for another project to be loaded")
    try:
        yield
    finally:
        _process.loading.release()


def _tell_nobody(_: str) -> None:
    pass
