"""A small client for what the program itself asks of an Ollama server: its version and its models."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from hitl_desktop.core.model_service import ModelInfo
from hitl_desktop.models.http_client import client_for


class OllamaUnreachableError(Exception):
    """No Ollama server could be asked. The text is one sentence for people; `answered` whether anything did."""

    def __init__(self, words: str, *, answered: bool = False) -> None:
        super().__init__(words)
        self.answered = answered


async def server_version(base_url: str, *, seconds: float = 5.0) -> str:
    """Return the version that the server at `base_url` reports, for example `0.12.3`.

    `seconds` bounds the wait. Raises OllamaUnreachableError when there is no answer or it is not Ollama's.
    """
    async with client_for(base_url, seconds) as client:
        answer = await _ask(client, "GET", "/api/version")
    version = answer.get("version")
    if not isinstance(version, str):
        raise _not_ollama(base_url)
    return version


async def list_models(
    base_url: str, *, seconds: float = 5.0, known: dict[str, dict[str, Any]] | None = None
) -> tuple[ModelInfo, ...]:
    """Return the models of the server at `base_url`, in its own order.

    A model that Ollama passes on to a server on the internet (`remote_host` is set) is left out: the
    program promises that nothing leaves the machine. `seconds` bounds the wait for the list, and again the
    wait for the details; a model whose details do not come in time is listed without them. `known` keeps
    details from one call to the next, so that only those of new models are asked for. Raises
    OllamaUnreachableError when there is no answer or it is not Ollama's.
    """
    async with client_for(base_url, seconds) as client:
        answer = await _ask(client, "GET", "/api/tags")
        entries = answer.get("models")
        # Go writes an empty list that was never filled as null.
        if entries is None and "models" in answer:
            entries = []
        if not isinstance(entries, list):
            raise _not_ollama(base_url)
        local = [entry for entry in entries if _is_local_model(entry)]
        kept = {} if known is None else known
        keys = [f"{base_url} {_name(entry)} {entry.get('digest')} {entry.get('modified_at')}" for entry in local]
        missing = {key: entry for key, entry in zip(keys, local, strict=True) if key not in kept}
        asked = await asyncio.gather(*(_details(client, _name(entry)) for entry in missing.values()))
        found = {key: kept[key] for key in keys if key in kept} | dict(zip(missing, asked, strict=True))
        kept.clear()  # what was deleted is not kept for ever
        kept.update({key: shown for key, shown in found.items() if shown})
        details = [found[key] for key in keys]
    return tuple(_model_info(entry, shown) for entry, shown in zip(local, details, strict=True))


async def _ask(client: httpx.AsyncClient, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    address = str(client.base_url).rstrip("/")
    seconds = client.timeout.read or 0.0
    try:
        # The client's own timeout starts anew with every byte; this one is for the whole answer.
        async with asyncio.timeout(seconds):
            response = await client.request(method, path, json=body)
        response.raise_for_status()
        answer = response.json()
    except (TimeoutError, httpx.TimeoutException):
        raise OllamaUnreachableError(f"Ollama at {address} did not answer within {seconds:g} seconds.") from None
    except httpx.HTTPStatusError as error:
        raise OllamaUnreachableError(
            f"Ollama at {address} answered {error.response.status_code}.", answered=True
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise OllamaUnreachableError(f"No Ollama answers at {address}.") from error
    except ValueError:
        raise _not_ollama(address) from None
    if not isinstance(answer, dict):
        raise _not_ollama(address)
    return answer


def _not_ollama(address: str) -> OllamaUnreachableError:
    return OllamaUnreachableError(f"Something answers at {address}, but it is not Ollama.", answered=True)


def _name(entry: dict[str, Any]) -> str:
    return str(entry.get("model") or entry.get("name") or "")


def _is_local_model(entry: object) -> bool:
    return isinstance(entry, dict) and bool(_name(entry)) and not entry.get("remote_host")


async def _details(client: httpx.AsyncClient, name: str) -> dict[str, Any]:
    try:
        return await _ask(client, "POST", "/api/show", {"model": name})
    except OllamaUnreachableError:
        return {}


def _model_info(entry: dict[str, Any], shown: dict[str, Any]) -> ModelInfo:
    details = _mapping(entry.get("details")) or _mapping(shown.get("details"))
    values = _mapping(shown.get("model_info"))
    context = values.get(f"{values.get('general.architecture', '')}.context_length")
    capabilities = shown.get("capabilities") or entry.get("capabilities") or []
    size = entry.get("size")
    return ModelInfo(
        name=_name(entry),
        size=size if isinstance(size, int) else 0,
        family=str(details.get("family") or ""),
        parameter_size=str(details.get("parameter_size") or ""),
        quantization=str(details.get("quantization_level") or ""),
        context_length=context if isinstance(context, int) else None,
        capabilities=tuple(str(item) for item in capabilities) if isinstance(capabilities, list) else (),
    )


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
