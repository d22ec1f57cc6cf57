"""Finds the model that answers, and owns the embedded server that may have to be started for it."""

from __future__ import annotations

import asyncio
import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from hitl_desktop.core.model_service import ModelService

if TYPE_CHECKING:
    from hitl_desktop.models.embedded.process import EmbeddedServer


class ModelFinder:
    """Looks for Ollama, else starts the embedded server; to be closed at the end."""

    def __init__(self) -> None:
        self._embedded: EmbeddedServer | None = None

    async def find(self, *, ollama_url: str, preferred_model: str, gguf_file: str) -> ModelService:
        """The service to use now; empty texts stand for what is looked for by itself.

        May be called again after the settings changed: an embedded server of before is stopped first.
        """
        # httpx takes 70 ms to import; neither the first paint of the window nor its loop waits for that.
        await asyncio.to_thread(importlib.import_module, "hitl_desktop.models.discovery")
        from hitl_desktop.models.discovery import find_model_service
        from hitl_desktop.models.embedded.process import EmbeddedServer

        await self.close()
        self._embedded = EmbeddedServer(Path(gguf_file) if gguf_file else None)
        return await find_model_service(
            ollama_url=ollama_url or None,
            preferred_model=preferred_model or None,
            embedded=self._embedded,
            environ=os.environ,
        )

    async def close(self) -> None:
        """Stop the embedded server, if it was started."""
        if self._embedded is not None:
            embedded, self._embedded = self._embedded, None
            await embedded.stop()
