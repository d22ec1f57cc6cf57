"""Which model answers the graphs: looked for at the start and when it went away, and always said in the window."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeAlias

from hitl_desktop.core.events import RunEnded
from hitl_desktop.core.model_problems import ModelProblem
from hitl_desktop.core.model_service import ModelService
from hitl_desktop.core.run_model import gets_model
from hitl_desktop.core.session import ReviewSession
from hitl_desktop.core.settings import Settings
from hitl_desktop.models.finder import ModelFinder

_FIND = "find a model"

Replace: TypeAlias = Callable[[str, Coroutine[Any, Any, Any]], None]
"""Starts a task of this name, in the place of an earlier one."""


class AnsweringModel:
    """Keeps what is said of the model true: `show` is called with each service that answers from then on.

    `session` gives the session whose runs it is for. The embedded server, a child of this program, is started again
    by itself before a run that needs it; Ollama is another's, and is only looked for.
    """

    def __init__(
        self,
        finder: ModelFinder,
        settings: Callable[[], Settings],
        session: Callable[[], ReviewSession],
        show: Callable[[ModelService], None],
    ) -> None:
        self._finder = finder
        self._settings = settings
        self._session = session
        self._show = show
        self._replace: Replace | None = None
        self.service: ModelService | None = None
        """What answers; None until one was looked for."""
        finder.ended = self._on_server_ended

    def begin(self, replace: Replace) -> None:
        """With what it begins to look for a model when one went away."""
        self._replace = replace

    async def find(self) -> None:
        """Look for a model as the settings say, and show what answers."""
        self._use(await self._find())

    def look_again(self) -> None:
        """Other models are there. A run on the embedded server, which a search would end, goes on with it."""
        if self._session().active and self._is_embedded and not self._finder.has_ended:
            return
        self._start()

    def start_over(self) -> None:
        """The settings name other models."""
        self._start()

    async def get_ready(self, graph: str) -> None:
        """Before a run: start the embedded server again if its process ended and this graph is given its model.

        Raises nothing: where it does not start, the window says so, and the run says what it missed.
        """
        info = self._session().project.graph(graph)
        if info is not None and gets_model(info) and self._finder.has_ended:
            service = await self._finder.restart()
            if service is not None and service != self.service:
                self._use(service)

    def on_run_ended(self, ended: RunEnded) -> None:
        """A run may have failed because the server is gone: look again, and say what answers from now on."""
        gone = ended.trouble is not None and ended.trouble.problem is ModelProblem.NOT_RUNNING
        if gone and not self._is_embedded and self._replace is not None:
            self._replace(_FIND, self._find_after(self.service))

    @property
    def _is_embedded(self) -> bool:
        return self.service is not None and self.service.kind == "embedded"

    def _start(self) -> None:
        if self._replace is not None:
            self._replace(_FIND, self.find())

    async def _find(self) -> ModelService:
        settings = self._settings()
        return await self._finder.find(
            ollama_url=settings.ollama_url, preferred_model=settings.model, gguf_file=settings.gguf_file
        )

    async def _find_after(self, before: ModelService | None) -> None:
        found = await self._find()
        if before is not None and before.model is not None and found.model != before.model:
            found = replace(found, instead_of=before.label)
        if found != before:
            self._use(found)

    def _use(self, service: ModelService) -> None:
        self.service = service
        self._show(service)

    def _on_server_ended(self, service: ModelService) -> None:
        if self.service is not None and self.service.base_url == service.base_url:
            self._use(service)
