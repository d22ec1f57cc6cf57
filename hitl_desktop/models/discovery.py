"""Finds the server whose model answers: Ollama where there is one with a model, else the embedded server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from hitl_desktop.core.model_service import ModelInfo, ModelService
from hitl_desktop.models import ollama
from hitl_desktop.models.embedded.process import EmbeddedServer, EmbeddedServerError
from hitl_desktop.models.ollama_address import is_loopback
from hitl_desktop.models.ollama_address import ollama_url as url_of_ollama

PROBE_SECONDS = 1.5
"""How long Ollama may take to list its models, so that a server that hangs does not hold up the start."""


async def find_model_service(
    *,
    ollama_url: str | None,
    preferred_model: str | None,
    embedded: EmbeddedServer | None,
    environ: Mapping[str, str],
) -> ModelService:
    """Return the model service to use, starting `embedded` when there is no other. Never raises for a missing server.

    1. Ollama with a model that writes text: `preferred_model` if it is there, else the first that can
       call tools, else the first.
       But if `preferred_model` is the embedded server's and Ollama has none of that name, number 2.
    2. Otherwise the embedded server, with a note on what Ollama was missing.
    3. Otherwise none, with a note on what both were missing.

    `ollama_url` is what the settings say, None to take `OLLAMA_HOST` from `environ` or the default. Only
    the settings can name another machine: an `OLLAMA_HOST` elsewhere is not contacted, and the note says so.
    """
    models: tuple[ModelInfo, ...] = ()
    url = url_of_ollama(ollama_url, environ)
    if ollama_url or is_loopback(url):
        try:
            models = tuple(model for model in await ollama.list_models(url, seconds=PROBE_SECONDS) if model.can_chat)
            note = f"Ollama at {urlsplit(url).netloc} has no model yet."
        except ollama.OllamaUnreachableError as error:
            note = str(error)
    else:
        note = (
            f"OLLAMA_HOST names another machine ({urlsplit(url).netloc}), which was not contacted. "
            "To use it, enter it in the settings."
        )
    if not models:
        return await _from_embedded(embedded, note, preferred_model)
    found = _from_ollama(url, models, preferred_model)
    if found.note and embedded and preferred_model in (embedded.model_name, f"{embedded.model_name}:latest"):
        chosen = await _from_embedded(embedded, "", preferred_model)
        if chosen.kind == "embedded":
            return chosen
        return replace(found, note=f"{chosen.note.strip()} {found.model} answers instead.")
    return found


def _from_ollama(url: str, models: Sequence[ModelInfo], preferred: str | None) -> ModelService:
    chosen = next((model for model in models if preferred and model.is_called(preferred)), None)
    note = ""
    if chosen is None:
        chosen = next((model for model in models if model.can_call_tools), models[0])
        if preferred:
            note = f"{preferred} is not pulled, so {chosen.name} answers."
    return ModelService("ollama", url, chosen.name, tuple(models), note, preferred)


async def _from_embedded(embedded: EmbeddedServer | None, note: str, preferred: str | None) -> ModelService:
    if embedded is None:
        return ModelService("none", None, None, (), note, preferred)
    try:
        url = await embedded.start()
    except EmbeddedServerError as error:
        return ModelService("none", None, None, (), f"{note} {error}", preferred)
    models = (embedded.model,) if embedded.model else ()
    return ModelService("embedded", url, embedded.model_name, models, note, preferred)
