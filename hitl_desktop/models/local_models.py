"""Ollama and the embedded server as the Models page needs them: `core.local_models.LocalModels`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hitl_desktop.core.local_models import LoadedModel, ModelsSeen, OllamaPlace, PlaceState, Progress, TrialPiece
from hitl_desktop.core.model_names import REGISTRY, host_of, problem_with_name
from hitl_desktop.core.model_problems import LocalModelError, ModelProblem
from hitl_desktop.core.model_service import ModelInfo, ModelService
from hitl_desktop.core.network import is_this_machine
from hitl_desktop.models import ollama, ollama_models
from hitl_desktop.models.embedded.weights import BUNDLED_MODEL, bundled_weights, model_name, why_unavailable
from hitl_desktop.models.gguf_import import import_gguf, read_model_file
from hitl_desktop.models.installation import find_program, how_to_install, how_to_start
from hitl_desktop.models.ollama_address import is_loopback
from hitl_desktop.models.ollama_address import ollama_url as url_of_ollama
from hitl_desktop.models.ollama_process import OllamaProcess
from hitl_desktop.models.ollama_wire import OllamaWire

LOOK_SECONDS = 5.0


class OllamaAndEmbedded:
    """The models of this machine, or of the one that the settings name.

    `ollama_url` is what the settings say now, empty for nothing; `service` what answers the graphs now; `allowed`
    the hosts that may be reached besides this machine.
    """

    def __init__(
        self,
        ollama_url: Callable[[], str],
        service: Callable[[], ModelService | None],
        allowed: Callable[[], Collection[str]],
        environ: Mapping[str, str],
        platform: str = sys.platform,
    ) -> None:
        self._ollama_url = ollama_url
        self._service = service
        self._allowed = allowed
        self._environ = environ
        self._platform = platform
        self._child = OllamaProcess()
        self._known: dict[str, dict[str, Any]] = {}
        self._built_in: ModelInfo | None = None

    async def look(self) -> ModelsSeen:
        """Where Ollama is, its models, and what is in memory, the embedded server's model among it."""
        place = await self._place()
        service = self._service()
        models: tuple[ModelInfo, ...] = ()
        loaded: tuple[LoadedModel, ...] = ()
        problem = ""
        if place.state is PlaceState.RUNNING:
            try:
                models = await ollama.list_models(self._url, seconds=LOOK_SECONDS, known=self._known)
                loaded = await ollama_models.loaded_models(OllamaWire(self._url))
            except (ollama.OllamaUnreachableError, LocalModelError) as error:
                problem = str(error)
        if service is not None and service.kind == "embedded" and service.base_url and not service.stopped:
            try:
                loaded += await ollama_models.loaded_models(OllamaWire(service.base_url))
            except LocalModelError as error:
                problem = problem or str(error)
        return ModelsSeen(place, models, loaded, service, problem, await self._other_built_in(service))

    async def start_ollama(self) -> None:
        """Start the program that is installed on this machine, and return when it answers."""
        place = await self._place()
        if place.state is PlaceState.RUNNING:
            return
        if not place.may_start:
            raise LocalModelError(f"Ollama can't be started from here. {place.next_step}", ModelProblem.NOT_RUNNING)
        await self._child.start(place.program, self._url)

    def why_not_pull(self, name: str = "") -> str:
        """Why this may not be pulled: the host is not allowed, or the name is none."""
        if name and (problem := problem_with_name(name)):
            return problem
        host = host_of(name) if name else REGISTRY
        if is_this_machine(host) or host in self._allowed():
            return ""
        return (
            f"Pulling needs the network: Ollama would download from {host}, which is not among the allowed hosts. "
            "Nothing was asked of it."
        )

    async def pull(self, name: str) -> AsyncGenerator[Progress, None]:
        """Have Ollama download a model from a host that the settings allow."""
        # Ollama connects by itself, so the guard of this process would not see it.
        if why := self.why_not_pull(name):
            raise LocalModelError(why, ModelProblem.REFUSED)
        async with aclosing(ollama_models.pull(OllamaWire(self._url), name)) as steps:
            async for step in steps:
                yield step

    async def read_file(self, path: str) -> ModelInfo:
        """What a GGUF file says of itself."""
        facts = await asyncio.to_thread(read_model_file, Path(path))
        return ModelInfo(
            name=model_name(Path(path)),
            size=facts.size,
            family=facts.architecture,
            parameter_size=facts.parameter_size,
            quantization=facts.quantization,
            context_length=facts.context_length,
            capabilities=(),
        )

    async def import_file(self, path: str, name: str) -> AsyncGenerator[Progress, None]:
        """Copy a GGUF file into Ollama under this name."""
        async with aclosing(import_gguf(OllamaWire(self._url), Path(path), name)) as steps:
            async for step in steps:
                yield step

    async def delete(self, name: str) -> None:
        """Delete one of Ollama's models."""
        await ollama_models.delete(OllamaWire(self._url), name)

    async def unload(self, name: str) -> None:
        """Take one of Ollama's models out of memory."""
        await ollama_models.unload(OllamaWire(self._url), name)

    async def try_out(self, name: str, prompt: str) -> AsyncGenerator[TrialPiece, None]:
        """Ask one of Ollama's models, or that of the embedded server."""
        service = self._service()
        url = self._url
        if service is not None and service.kind == "embedded" and service.base_url and service.model == name:
            url = service.base_url
        async with aclosing(ollama_models.try_out(OllamaWire(url), name, prompt)) as pieces:
            async for piece in pieces:
                yield piece

    async def close(self) -> None:
        """End an Ollama that was started here; one that ran before stays."""
        await self._child.stop()

    async def _other_built_in(self, service: ModelService | None) -> ModelInfo | None:
        """The model that comes with the program, where a file of the person's own was chosen in its place."""
        if service is None or service.kind == "ollama" or service.model == BUNDLED_MODEL:
            return None
        if self._built_in is None and await asyncio.to_thread(why_unavailable, None) is None:
            weights = await asyncio.to_thread(bundled_weights)
            if weights is not None:
                facts = replace(await self.read_file(str(weights)), name=BUNDLED_MODEL)
                self._built_in = replace(facts, capabilities=("completion", "tools"))
        return self._built_in

    @property
    def _url(self) -> str:
        return url_of_ollama(self._ollama_url() or None, self._environ)

    async def _place(self) -> OllamaPlace:
        url = self._url
        address = urlsplit(url).netloc
        here = is_loopback(url)
        if not here and not self._ollama_url():
            step = "OLLAMA_HOST names another machine, which was not contacted. To use it, enter it in the settings."
            return OllamaPlace(PlaceState.NOT_NAMED, address, next_step=step)
        try:
            version = await ollama.server_version(url, seconds=LOOK_SECONDS)
        except ollama.OllamaUnreachableError as error:
            why = error
        else:
            return OllamaPlace(PlaceState.RUNNING, address, version[:60], started_here=self._child.running)
        if why.answered:
            step = f"{why} Enter Ollama's address in the settings, or end what uses its port."
            return OllamaPlace(PlaceState.SOMETHING_ELSE, address, next_step=step)
        if not here:
            step = "Start Ollama on that machine, or correct its address in the settings."
            return OllamaPlace(PlaceState.UNREACHABLE, address, next_step=step)
        program = await asyncio.to_thread(find_program, self._environ, self._platform)
        if program:
            return OllamaPlace(PlaceState.STOPPED, address, program=program, next_step=how_to_start(self._platform))
        return OllamaPlace(PlaceState.NOT_INSTALLED, address, next_step=how_to_install(self._platform))
