"""Finds the model that answers, owns the embedded server that may have to be started for it, and serves the page."""

from __future__ import annotations

import asyncio
import importlib
import os
from collections.abc import Callable, Collection
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
        self._for_page: OllamaAndEmbedded | None = None

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
        self._service = await find_model_service(
            ollama_url=ollama_url or None,
            preferred_model=preferred_model or None,
            embedded=self._embedded,
            environ=os.environ,
        )
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

    async def _stop_embedded(self) -> None:
        if self._embedded is not None:
            embedded, self._embedded = self._embedded, None
            await embedded.stop()
