"""The composition root: puts backend, records, models and window together, and takes them apart again."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import signal
import sys
import traceback
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtWidgets import QApplication

from hitl_desktop.answering_model import AnsweringModel
from hitl_desktop.backends.sqlite_backend import SqliteBackend
from hitl_desktop.core.backend import BackendError, ProjectNotTrustedError, RunsOn
from hitl_desktop.core.journal import Reviewer
from hitl_desktop.core.model_service import ModelService
from hitl_desktop.core.records import RecordsError
from hitl_desktop.core.run_model import RunModel, RunModels
from hitl_desktop.core.session import ReviewSession
from hitl_desktop.core.settings import Settings
from hitl_desktop.encryption.protection import Protection
from hitl_desktop.last_threads import wait_for_threads
from hitl_desktop.locations import anchors_folder, ensure, settings_folder, state_folder, system_user
from hitl_desktop.loop import run
from hitl_desktop.models.finder import ModelFinder
from hitl_desktop.models.ollama_address import hosts_named_in
from hitl_desktop.network_guard import guard
from hitl_desktop.records.anchor_files import AnchorFile
from hitl_desktop.records.review_file import ReviewFile, review_file_of
from hitl_desktop.records.settings_file import load_settings, save_settings
from hitl_desktop.records.thread_models_file import ThreadModelsFile
from hitl_desktop.records.trust_file import users_trust
from hitl_desktop.ui.failed_runs import FailedRuns
from hitl_desktop.ui.local_models.controller import ModelsController
from hitl_desktop.ui.local_models.run_models_controller import RunModelsController
from hitl_desktop.ui.single_instance import SingleInstance
from hitl_desktop.ui.theme import apply_theme
from hitl_desktop.ui.welcome import run_examples
from hitl_desktop.ui.window_controller import WindowController
from hitl_desktop.watchdog import Blocked, LoopWatchdog

_WORTH_SAYING = 2.0
"""Seconds for which a node must hold up the window before it is told; shorter ones are logged."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says: the database, the folder of the project, and whether to look only."""

    database: Path
    project: Path
    read_only: bool = False
    examples: bool = False
    """Whether to run each example once, because this is the first start."""


class Program:
    """One window on one database and one project, from its first paint to its clean end.

    `ready` is set when the graphs are loaded and a model was looked for.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._next: Options | None = None
        self._settings_file = settings_folder() / "settings.toml"
        self._settings, self._complaints = load_settings(self._settings_file)
        self._models = ModelFinder(lambda: self._settings.ollama_url, lambda: guard.allowed)
        self._answering = AnsweringModel(
            self._models, lambda: self._settings, lambda: self.session, lambda service: self._show_model(service)
        )
        self._closed = asyncio.Event()
        self.ready = asyncio.Event()
        trust, review_file = users_trust(), review_file_of(options.database)
        self._protection = protection = Protection(options.database)
        backend = SqliteBackend(
            options.database, options.project, read_only=options.read_only, permits=trust.trusts, protection=protection
        )
        anchor = AnchorFile(anchors_folder(), review_file).keep
        records = ReviewFile(review_file, self._reviewer, anchor, protection)
        self._run_models = RunModels(
            lambda graph: self._settings.graph_models.get(graph, RunModel()),
            lambda: self.service,
            ThreadModelsFile(state_folder() / "thread-models.toml"),
        )
        self.session = ReviewSession(
            backend, records, self._run_models.context, self._runs_on, self._answering.get_ready
        )
        apply_theme(_application(), self._settings.theme)  # first, or everything would be styled and drawn twice
        self.controller = WindowController(self.session, self._settings, trust, options.database.name)
        self.window = self.controller.window
        failed = FailedRuns(self.controller.reviews, self.window)
        self.controller.runs.started.connect(failed.forget)
        self.models = ModelsController(self._models.for_page, self.controller, lambda: self._settings)
        RunModelsController(
            self.models, self.controller, self._run_models, lambda: self._settings, self.session.entries
        )
        self._watchdog = LoopWatchdog(asyncio.get_running_loop(), self._on_blocked)
        self._connect()
        self._allow_hosts()
        guard.listen(asyncio.get_running_loop().call_soon_threadsafe, self.controller.network.show)

    @property
    def service(self) -> ModelService | None:
        """Which model answers; None until one was looked for."""
        return self._answering.service

    async def run(self) -> Options | None:
        """Show the window, work until it closes, and clean up. Returns what is to be opened next, if anything."""
        self._show()
        self._watchdog.start()
        self.controller.tasks.start("begin", self._begin())
        try:
            await self._closed.wait()
        finally:
            self._watchdog.stop()
            await self._end()
        return self._next

    def end(self) -> None:
        """Close without asking: what is held is not sent, what runs is stopped."""
        self.controller.held.keep()
        self._closed.set()

    def _connect(self) -> None:
        controller = self.controller
        controller.closing.connect(self._closed.set)
        self._answering.begin(controller.tasks.replace)
        self.models.service_changed.connect(self._answering.look_again)
        controller.runs.ended.connect(lambda _, ended: self._answering.on_run_ended(ended))
        controller.reload_requested.connect(lambda: controller.tasks.replace("load graphs", self._load_project()))
        controller.dialogs.settings_changed.connect(self._on_settings)
        controller.dialogs.database_chosen.connect(
            lambda path: self._open_next(Options(Path(path), self._options.project))
        )
        controller.dialogs.project_chosen.connect(
            lambda path: self._open_next(Options(self._options.database, Path(path), self._options.read_only))
        )

    def _allow_hosts(self) -> None:
        guard.allow(hosts_named_in(self._settings))
        self.window.status.show_network(guard.allowed)
        self.controller.network.set_allowed(guard.allowed)

    def _show(self) -> None:
        arrangement = state_folder() / "panes"
        if arrangement.is_file():
            self.window.restore_arrangement(arrangement.read_bytes())
        self.window.show()
        for complaint in self._complaints:
            self.controller.notify(complaint)

    async def _begin(self) -> None:
        """First the inbox, which needs SQLite alone; then the graphs and the model, side by side."""
        try:
            await self.session.open()
        except (BackendError, RecordsError) as error:
            self.controller.notify(str(error))
        if self._protection.problem:
            self.controller.notify(self._protection.problem)
        how = ("read only" if self.session.read_only else "", self._protection.words)
        self.window.status.show_database(self._options.database.name, str(self._options.database), *how)
        self.controller.inbox.follow()
        await self.controller.inbox.tried.wait()  # heavy imports in threads would hold it up
        self.controller.journal.show_undelivered()
        await asyncio.to_thread(_import_in_turn)
        try:
            await asyncio.gather(self._load_project(), self._answering.find())
        finally:
            # What was loaded stays: a full collection need not walk it, which held up the window for 130 ms each time.
            gc.freeze()
            self.ready.set()
        if self._options.examples and self.service is not None and self.service.kind != "none":
            run_examples(self.controller, self.session.project)

    async def _load_project(self) -> None:
        try:
            self.controller.show_project(await self.session.load_project(self.window.status.show_project))
        except ProjectNotTrustedError as refused:
            self.controller.ask_to_trust(refused.reach)
        except BackendError as error:
            self.controller.notify(str(error))
        except Exception as error:
            self.controller.notify(
                f"The graphs could not be loaded: {error}. Threads can be read; File, Reload the project tries again.",
                traceback.format_exc(),
            )

    def _show_model(self, service: ModelService) -> None:
        self.controller.show_model(service)
        self.models.settled()

    def _reviewer(self) -> Reviewer:
        """Who decides, for the journal."""
        return Reviewer(system_user(), self._settings.reviewer)

    def _runs_on(self, graph: str) -> RunsOn:
        return "thread" if graph in self._settings.worker_thread_graphs else "loop"

    def _on_settings(self, settings: Settings) -> None:
        look_again = settings.model_source != self._settings.model_source
        self._settings = settings
        self._allow_hosts()
        apply_theme(_application(), settings.theme)
        try:
            save_settings(self._settings_file, settings)
        except OSError as error:
            self.controller.notify(f"The settings are used now but could not be saved: {error}.")
        if look_again:
            self._answering.start_over()

    def _on_blocked(self, blocked: Blocked) -> None:
        """A node held the window up: say which, and offer to run its graph elsewhere."""
        active = [each.run.graph for each in self.session.active.values() if blocked.node in each.nodes.values()]
        if not active or blocked.seconds < _WORTH_SAYING:
            return
        graph = active[0]
        self.window.notices.add(
            f"The node “{blocked.node}” of {graph} held up the window for {blocked.seconds:.1f} seconds.",
            blocked.stack,
            action=(
                "Run this graph in the background from now on",
                lambda: self._on_settings(
                    replace(self._settings, worker_thread_graphs=(*self._settings.worker_thread_graphs, graph))
                ),
            ),
        )

    def _open_next(self, options: Options) -> None:
        self._next = options
        self.window.close()

    async def _end(self) -> None:
        """Stop what runs, wait for it, close the files, the model server and the window; in this order."""
        self.controller.keep_drafts()
        with contextlib.suppress(OSError):  # only the widths of the panes are lost
            ensure(state_folder()).joinpath("panes").write_bytes(self.window.arrangement())
        await self.session.stop_all()
        await self.controller.tasks.close()
        self.controller.runs.close()
        await self.session.close()
        await self._models.close()
        guard.stop_listening()
        self.window.close_now()
        self.window.deleteLater()
        gc.unfreeze()


def run_program(options: Options) -> int:
    """Open the window and work until it is closed; returns the exit code."""
    sys.setswitchinterval(0.001)  # a thread that computes then delays the window by 2 ms at most, not by 10
    application = QApplication(sys.argv[:1])
    application.setApplicationName("HITL Desktop")
    application.setDesktopFileName("hitl-desktop")
    application.setQuitOnLastWindowClosed(False)
    first = SingleInstance(options.database, ensure(state_folder()))
    if not first.acquire():
        return 0 if first.bring_other_forward() else 1

    async def main() -> None:
        following: Options | None = options
        while following is not None:
            program = Program(following)
            first.asked.connect(program.window.bring_forward)
            with contextlib.suppress(NotImplementedError):  # Windows has no such signal
                # The desktop ends its session: nobody is there to be asked. What is held stays unsent.
                asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, program.end)
            following = await program.run()
        await wait_for_threads()

    try:
        run(main())
    finally:
        first.release()
    return 0


def _import_in_turn() -> None:
    """Import what is needed soon and takes long, in one thread and before LangGraph: two threads that import
    parts of one package at the same time may meet it half done.
    """
    for module in (
        "ui.new_run",
        "core.validation",
        "models.discovery",
        "models.embedded.process",
        "models.local_models",
    ):
        importlib.import_module(f"hitl_desktop.{module}")


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application
