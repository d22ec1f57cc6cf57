"""Finds the model that answers, owns the embedded server that may have to be started for it, and serves the page."""

from __future__ import annotations

import asyncio
import importlib
import os
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hitl_desktop.core.model_service import ModelService

if TYPE_CHECKING:
    from hitl_desktop.models.embedded.process import EmbeddedServer
    from hitl_desktop.models.local_models import OllamaAndEmbedded


class ModelFinder:
    """Looks for Ollama, else starts the embedded server; to be closed at the end.

    `ollama_url` is what the settings say now, empty for nothing; `allowed` the hosts that may be reached besides this
    machine. Both are for the Models page alone.
    """

    def __init__(
        self, ollama_url: Callable[[], str] = lambda: "", allowed: Callable[[], Collection[str]] = lambda: ()
    ) -> None:
        self._ollama_url = ollama_url
        self._allowed = allowed
        self._embedded: EmbeddedServer | None = None
        self._service: ModelService | None = None
        self._note = ""
        self._for_page: OllamaAndEmbedded | None = None
        self.ended: Callable[[ModelService], None] = lambda service: None
        """Called with the service, now stopped, when the embedded server ended by itself."""

    @property
    def has_ended(self) -> bool:
        """Whether the embedded server that answered does not run any more."""
        embedded = self._service is not None and self._service.kind == "embedded"
        return embedded and self._embedded is not None and not self._embedded.running

    async def find(self, *, ollama_url: str, preferred_model: str, gguf_file: str) -> ModelService:
        """The service to use now; empty texts stand for what is looked for by itself.

        May be called again after the settings changed: an embedded server of before is stopped first.
        """
        # httpx takes 70 ms to import; neither the first paint of the window nor its loop waits for that.
        await asyncio.to_thread(importlib.import_module, "hitl_desktop.models.discovery")
        from hitl_desktop.models.discovery import find_model_service
        from hitl_desktop.models.embedded.process import EmbeddedServer

        await self._stop_embedded()
        self._embedded = EmbeddedServer(Path(gguf_file) if gguf_file else None)
        self._embedded.on_ended = self._on_ended
        self._service = await find_model_service(
            ollama_url=ollama_url or None,
            preferred_model=preferred_model or None,
            embedded=self._embedded,
            environ=os.environ,
        )
        self._note = self._service.note
        return self._service

    async def restart(self) -> ModelService | None:
        """Start the embedded server again that ended; the service as it is now, None where there was none."""
        from hitl_desktop.models.embedded.process import EmbeddedServerError

        embedded, service = self._embedded, self._service
        if embedded is None or service is None or service.kind != "embedded":
            return service
        try:
            url = await embedded.start()
        except EmbeddedServerError as error:
            started = replace(service, stopped=True, note=f"It ended, and could not be started again. {error}")
        else:
            started = replace(service, base_url=url, stopped=False, note=self._note)
        if embedded is self._embedded:  # else another one was looked for meanwhile
            self._service = started
        return self._service

    def for_page(self) -> OllamaAndEmbedded:
        """Who lists, pulls and tries models for the Models page; made when it is first wanted."""
        if self._for_page is None:
            from hitl_desktop.models.local_models import OllamaAndEmbedded

            self._for_page = OllamaAndEmbedded(self._ollama_url, lambda: self._service, self._allowed, os.environ)
        return self._for_page

    async def close(self) -> None:
        """Stop the embedded server and an Ollama that the page started, if there are any."""
        await self._stop_embedded()
        if self._for_page is not None:
            await self._for_page.close()

    def _on_ended(self) -> None:
        if self.has_ended and self._service is not None:
            note = "The process of the embedded model server ended, so no model answers now."
            self._service = replace(self._service, stopped=True, note=note)
            self.ended(self._service)

    async def _stop_embedded(self) -> None:
        if self._embedded is not None:
            embedded, self._embedded = self._embedded, None
            await embedded.stop()
