"""Which model a run gets: what the form for a new run offers and chooses, and what helps a run whose model failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject

from hitl_desktop.core.journal import EntryKind, WrittenEntry
from hitl_desktop.core.model_names import problem_with_name
from hitl_desktop.core.model_problems import ModelProblem, ModelTrouble
from hitl_desktop.core.records import RecordsError
from hitl_desktop.core.run_model import ModelOffer, RunModel, RunModels
from hitl_desktop.core.settings import Settings
from hitl_desktop.ui.local_models.controller import ModelsController
from hitl_desktop.ui.local_models.words import short
from hitl_desktop.ui.window_controller import WindowController

_GO_BACK: Final = "When a model answers, go back and press “Try again”."
_NAMED_IN_CODE: Final = (
    "The graph that failed names its model in its own code; which model is in use here makes no difference to it. "
    "When Ollama answers and has {model}, go back and press “Try again”."
)
_KEPT: Final = "What you decided is kept, and you are not asked again."
_MOST_ENTRIES: Final = 200


class RunModelsController(QObject):
    """Between the form for a new run, the run log, the Models page, and the choices that are kept."""

    def __init__(
        self,
        models: ModelsController,
        controller: WindowController,
        choices: RunModels,
        settings: Callable[[], Settings],
        entries: Callable[[str | None, int | None, int], Awaitable[Sequence[WrittenEntry]]],
    ) -> None:
        super().__init__(models)
        self._models = models
        self._choices = choices
        self._settings = settings
        self._entries = entries
        self._tasks = controller.tasks
        self._inbox = controller.window.inbox
        self._change_settings = controller.dialogs.settings_changed.emit
        self._next: RunModel | None = None
        self._failed_thread = ""
        controller.dialogs.models = self.offer
        controller.dialogs.model_chosen.connect(self._on_chosen)
        controller.reviews.started.connect(self._on_started)
        controller.window.run_log.fix_requested.connect(self._on_fix)
        controller.window.review.header.fix_requested.connect(
            lambda trouble: self._on_fix(controller.reviews.thread_id, trouble)
        )
        models.used.connect(self._on_used)
        models.left.connect(self._on_left)

    def offer(self) -> ModelOffer:
        """What the form for a new run may offer now."""
        service, last = self._choices.service, self._models.last
        if service is None:
            return ModelOffer(of_graph=self._choices.of_graph)
        seen = last.models if last is not None and service.kind == "ollama" else ()
        return ModelOffer(seen or service.models, service.model or "", self._choices.of_graph)

    def _on_chosen(self, graph: str, choice: RunModel, remember: bool) -> None:
        settings = self._settings()
        if remember:
            kept = {**settings.graph_models, graph: choice}
            if choice == RunModel():
                del kept[graph]
            self._change_settings(replace(settings, graph_models=kept))
        # A thread that has no choice of its own follows its graph's, also when that is changed later.
        self._next = None if remember or choice == settings.graph_models.get(graph, RunModel()) else choice

    def _on_started(self, thread_id: str) -> None:
        choice, self._next = self._next, None
        if choice is not None:
            self._choose(thread_id, choice)

    def _on_fix(self, thread_id: str, trouble: ModelTrouble) -> None:
        service = self._choices.service
        ours = service is not None and service.kind == "embedded" and not service.instead_of
        ours = ours and not trouble.named_in_code
        if trouble.problem is ModelProblem.NOT_RUNNING and service is not None and ours:
            if service.stopped:
                self._models.service_changed.emit()  # looking for a model starts it again
            self._models.open()
        elif trouble.problem is ModelProblem.NOT_RUNNING:
            self._models.open_to_start()
        elif trouble.problem is ModelProblem.MISSING and not problem_with_name(trouble.model):
            self._models.open_to_pull(trouble.model)
        else:
            self._models.open(trouble.model)
        model = short(trouble.model) or "that model"
        self._failed_thread = thread_id
        words = _NAMED_IN_CODE.format(model=model) if trouble.named_in_code else _GO_BACK
        self._models.hint(words)
        self._tasks.replace("look for decisions", self._say_what_is_kept(thread_id, words))

    async def _say_what_is_kept(self, thread_id: str, words: str) -> None:
        """Add that decisions are kept, where some were made in the thread."""
        try:
            entries = await self._entries(thread_id, None, _MOST_ENTRIES)
        except RecordsError:
            return
        decided = any(each.fields.get("kind") == EntryKind.DECISION for each in entries)
        if decided and self._failed_thread == thread_id:
            self._models.hint(f"{words} {_KEPT}")

    def _on_used(self, model: str) -> None:
        """Another model answers from now on: also on the thread that the person came from."""
        thread_id = self._failed_thread
        summary = self._inbox.model.summary(thread_id) if thread_id else None
        if summary is None:
            return
        chosen = self._choices.of_thread(thread_id) or self._choices.of_graph(summary.graph or "")
        if chosen.model:
            self._choose(thread_id, replace(chosen, model=model))

    def _choose(self, thread_id: str, choice: RunModel) -> None:
        self._choices.choose(thread_id, choice)
        self._tasks.start("keep the models of threads", asyncio.to_thread(self._choices.save))

    def _on_left(self) -> None:
        self._failed_thread = ""
