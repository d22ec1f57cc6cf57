"""Between the Models page and those who know models: looks, pulls, imports, tries, and tells what came of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from hitl_desktop.core.local_models import LocalModels, ModelsSeen, Progress
from hitl_desktop.core.model_names import with_tag
from hitl_desktop.core.model_problems import LocalModelError
from hitl_desktop.core.network import read_hosts
from hitl_desktop.core.settings import Settings
from hitl_desktop.ui.theme import Kind
from hitl_desktop.ui.window_controller import WindowController

if TYPE_CHECKING:
    from hitl_desktop.ui.local_models.page import ModelsPage

_LOOK_MS: Final = 4_000
_OF_PANES: Final = ("open", "search", "edit", "end")
"""Commands of the panes: whoever gives one wants to see what it does."""

_LOOK, _GET, _TRY, _START, _CHANGE = ("look at models", "get a model", "try a model", "start Ollama", "change a model")


class ModelsController(QObject):
    """Owns the page, which is made when it is first opened; `models` gives who knows models, made then, too.

    Signals:
        service_changed(): other models are there now, so that another one may answer the graphs.
        used(str): the person wants this model to answer.
        left(): the page was left.
    """

    service_changed = Signal()
    used = Signal(str)
    left = Signal()

    def __init__(
        self, models: Callable[[], LocalModels], controller: WindowController, settings: Callable[[], Settings]
    ) -> None:
        super().__init__(controller.window)
        self._models = models
        self._tasks = controller.tasks
        self._window = controller.window
        self._actions = controller.actions
        self._change_settings = controller.dialogs.settings_changed.emit
        self._settings = settings
        self._page: ModelsPage | None = None
        self._wish = ""
        self._start_when_seen = False
        self._last: ModelsSeen | None = None
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.look)
        controller.models_requested.connect(lambda: self.open())
        controller.reviews.started.connect(lambda _: self.leave())
        controller.held.undone.connect(lambda _: self.leave())  # its request is asked again
        controller.window.inbox.thread_selected.connect(self._on_thread)
        self._thread = ""
        for name in _OF_PANES:
            self._actions[name].triggered.connect(lambda _=False, name=name: self._go_to_panes(name))

    @property
    def last(self) -> ModelsSeen | None:
        """What the last look found, None before the first."""
        return self._last

    @property
    def is_open(self) -> bool:
        """Whether the page is shown."""
        return self._page is not None and self._page.isVisible()

    def open(self, model: str = "") -> None:
        """Show the page, with this model chosen if it is there."""
        page = self._page = self._page or self._make_page()
        self._wish = model
        self._thread = self._window.inbox.selected() or ""
        page.show_problem("")
        self._window.show_page(page)
        page.take_focus()
        self.look()
        self._timer.start()

    def open_to_pull(self, model: str) -> None:
        """Show the page with the form to pull this model."""
        self.open()
        if self._page is not None:
            self._page.get.ask_for_name(model)

    def open_to_start(self) -> None:
        """Show the page, and start Ollama if it is installed."""
        self._start_when_seen = True
        self.open()

    def leave(self) -> None:
        """Back to the panes; what is under way goes on."""
        if self.is_open:
            self._timer.stop()
            self._window.show_panes()
            self.left.emit()

    def hint(self, words: str) -> None:
        """Say in the page what to do there, until something else is to be said."""
        if self._page is not None:
            self._page.show_problem(words, kind="notice")

    def _on_thread(self, thread_id: str) -> None:
        if thread_id != self._thread:
            self.leave()

    def _go_to_panes(self, command: str) -> None:
        if self.is_open:
            self.leave()
            self._actions[command].trigger()  # again, now that there is something to put the keyboard into

    def look(self) -> None:
        """Look again."""
        self._tasks.replace(_LOOK, self._look())

    def _make_page(self) -> ModelsPage:
        from hitl_desktop.ui.local_models.page import ModelsPage  # few starts need it

        page = ModelsPage(self._models().why_not_pull)
        page.left.connect(self.leave)
        page.look_requested.connect(self._on_look)
        page.place.start_requested.connect(self._on_start)
        page.place.settings_requested.connect(self._actions["settings"].trigger)
        page.get.pull_requested.connect(self._on_pull)
        page.get.allow_requested.connect(self._on_allow)
        page.get.import_requested.connect(self._on_import)
        page.file_chosen.connect(lambda path: self._begin(_CHANGE, self._read_file(path)))
        page.run_file_chosen.connect(lambda path: self._begin(_CHANGE, self._run_file(path)))
        page.progress.cancel_requested.connect(lambda: self._tasks.cancel(_GET))
        details = page.details
        details.use_requested.connect(self._on_use)
        details.unload_requested.connect(lambda name: self._begin(_CHANGE, self._unload(name)))
        details.delete_confirmed.connect(lambda name: self._begin(_CHANGE, self._delete(name)))
        details.trial.asked.connect(lambda prompt: self._begin(_TRY, self._try(details.model, prompt)))
        details.trial.stopped.connect(lambda: self._tasks.cancel(_TRY))
        return page

    def _begin(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        if self._page is not None:
            self._page.show_problem("")
        self._tasks.replace(name, work)

    def _on_look(self) -> None:
        if self._page is not None:
            self._page.show_problem("")
        self.look()

    async def _look(self) -> None:
        before, seen = self._last, await self._models().look()
        self._last = seen
        if self._page is not None and self._page.isVisible():
            self._page.show_seen(seen, self._wish)
            self._wish = "" if seen.rows else self._wish
        starts, self._start_when_seen = self._start_when_seen and seen.place.may_start, False
        if starts:
            self._on_start()
        answers = seen.service is not None and seen.service.kind == "ollama"
        if not answers and seen.models and (before is None or not before.models):
            self.service_changed.emit()  # Ollama came up while the page was looked at

    def _on_start(self) -> None:
        if self._page is not None:
            self._page.place.show_starting()
        self._begin(_START, self._start())

    async def _start(self) -> None:
        try:
            await self._models().start_ollama()
        except LocalModelError as error:
            self._tell(str(error))
        else:
            self.service_changed.emit()
        await self._look()

    def _on_allow(self, host: str) -> None:
        settings = self._settings()
        try:
            hosts = read_hosts((*settings.allowed_hosts, host))
        except ValueError as error:
            self._tell(f"It can't be allowed: {error}.")
            return
        self._change_settings(replace(settings, allowed_hosts=hosts))
        if self._page is not None:
            self._page.get.look_again()

    def _on_use(self, name: str) -> None:
        settings = self._settings()
        seen = self._last
        if seen is not None and name in [info.name for info in seen.embedded]:
            return
        settings = replace(settings, model=name)
        if seen is not None and seen.built_in is not None and name == seen.built_in.name:
            settings = replace(settings, gguf_file="")
        self._change_settings(settings)
        self.used.emit(name)

    def _on_pull(self, name: str) -> None:
        if self._page is not None:
            self._page.get.hide()
        self._begin(_GET, self._get(f"Pulling {name}", name, self._models().pull(name), "pulled"))

    def _on_import(self, path: str, name: str) -> None:
        if self._page is not None:
            self._page.get.hide()
        self._begin(_GET, self._get(f"Importing {name}", name, self._models().import_file(path, name), "imported"))

    async def _get(self, what: str, name: str, steps: AsyncGenerator[Progress, None], done: str) -> None:
        from hitl_desktop.ui.local_models.following import follow_progress

        page = self._page
        assert page is not None
        page.show_busy(True)
        try:
            why = await follow_progress(steps, page.progress, what)
        finally:
            page.show_busy(False)
        words = f"{name} was not {done}. {why}" if why else f"{name} is {done}."
        page.progress.end(words, well=not why)
        if not page.isVisible():
            kind: Kind = "problem" if why else "notice"
            self._window.notices.add(words, kind=kind, action=("Open Models", lambda: self.open(name)))
        if not why:
            self._wish = with_tag(name)
            self.service_changed.emit()
        await self._look()

    async def _read_file(self, path: str) -> None:
        try:
            facts = await self._models().read_file(path)
        except LocalModelError as error:
            self._tell(f"{error} Nothing was imported.")
            return
        if self._page is not None:
            self._page.get.ask_for_import(path, facts, self._page.names)

    async def _run_file(self, path: str) -> None:
        try:
            facts = await self._models().read_file(path)
        except LocalModelError as error:
            self._tell(f"{error} Nothing was changed.")
            return
        self._wish = facts.name
        self._change_settings(replace(self._settings(), gguf_file=path, model=facts.name))
        self.used.emit(facts.name)

    async def _unload(self, name: str) -> None:
        try:
            await self._models().unload(name)
        except LocalModelError as error:
            self._tell(str(error))
        await self._look()

    async def _delete(self, name: str) -> None:
        try:
            await self._models().delete(name)
        except LocalModelError as error:
            self._tell(f"{name} was not deleted. {error}")
        else:
            if self._last is not None and self._last.service is not None and self._last.service.model == name:
                self.service_changed.emit()
        finally:
            if self._page is not None:
                self._page.details.deletion_ended()
        await self._look()

    async def _try(self, name: str, prompt: str) -> None:
        from hitl_desktop.ui.local_models.following import follow_trial

        assert self._page is not None
        await follow_trial(self._models().try_out(name, prompt), self._page.details.trial)
        await self._look()

    def _tell(self, words: str) -> None:
        if self._page is not None:
            self._page.show_problem(words)

    def settled(self) -> None:
        """Another model answers the graphs now, or the settings are others: show it where it is looked at."""
        if self.is_open:
            self.look()
