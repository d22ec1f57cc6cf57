"""HTTP with an Ollama server: one answer, or a stream of JSON lines, with every failure as a `LocalModelError`."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing
from typing import Any, Final

import httpx

from hitl_desktop.models.http_client import client_for
from hitl_desktop.models.ollama_words import error_behind, error_of, not_ollama

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 30.0

SILENCE_SECONDS: Final = 900.0
"""How long a stream may say nothing: checking the sum of 40 GB, or loading them from a slow disk, takes minutes."""

_LONGEST_LINE: Final = 1_000_000
_LONGEST_ANSWER: Final = 64_000_000
_LONGEST_ERROR: Final = 20_000


class OllamaWire:
    """Speaks with the server at `base_url`. Proxies of the environment are not used."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")

    async def answer(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One JSON object; an empty one for an answer without content. Raises `LocalModelError`."""
        text = ""
        async with aclosing(self._pieces(method, path, body, ANSWER_SECONDS)) as pieces:
            async for piece in pieces:
                text += piece
                if len(text) > _LONGEST_ANSWER:
                    raise not_ollama(self.base_url)
        # Older servers answer some of these with a line each for what they do; the last one counts.
        line = text.strip().rpartition("\n")[2]
        return self._object(line) if line else {}

    async def lines(
        self, path: str, body: dict[str, Any], *, pulling: bool = False
    ) -> AsyncGenerator[dict[str, Any], None]:
        """The JSON objects that a POST streams. An error line ends it. Raises `LocalModelError`."""
        rest = ""
        async with aclosing(self._pieces("POST", path, body, SILENCE_SECONDS, pulling=pulling)) as pieces:
            async for piece in pieces:
                *whole, rest = (rest + piece).split("\n")
                if len(rest) > _LONGEST_LINE:
                    raise not_ollama(self.base_url)
                for line in filter(str.strip, whole):
                    yield self._checked(line, pulling)
        if rest.strip():
            yield self._checked(rest, pulling)

    async def has(self, path: str) -> bool:
        """Whether a HEAD of this path is answered with 200. Raises `LocalModelError` where nobody answers."""
        try:
            async with self._client(ANSWER_SECONDS) as client:
                return (await client.head(path)).status_code == 200
        except (httpx.HTTPError, OSError) as error:
            raise error_behind(error, self.base_url) from error

    async def send(self, path: str, content: AsyncIterable[bytes], size: int) -> None:
        """POST so many bytes as they come. Raises `LocalModelError`; what `content` raises is passed on."""
        headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        try:
            async with self._client(SILENCE_SECONDS) as client:
                response = await client.post(path, content=content, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise error_behind(error, self.base_url) from error
        if response.is_error:
            raise error_of(_error_text(response.text[:_LONGEST_ERROR]), response.status_code)

    async def _pieces(
        self, method: str, path: str, body: dict[str, Any] | None, seconds: float, *, pulling: bool = False
    ) -> AsyncGenerator[str, None]:
        try:
            async with self._client(seconds) as client, client.stream(method, path, json=body) as response:
                if response.is_error:
                    raise error_of(await _head_of(response), response.status_code, pulling=pulling)
                async for piece in response.aiter_text():
                    yield piece
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise error_behind(error, self.base_url) from error

    def _client(self, seconds: float) -> httpx.AsyncClient:
        return client_for(self.base_url, httpx.Timeout(seconds, connect=CONNECT_SECONDS))

    def _checked(self, line: str, pulling: bool) -> dict[str, Any]:
        found = self._object(line)
        if "error" in found:
            raise error_of(_words(found["error"]), pulling=pulling)
        return found

    def _object(self, line: str) -> dict[str, Any]:
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            raise not_ollama(self.base_url) from None
        if not isinstance(found, dict):
            raise not_ollama(self.base_url)
        return found


async def _head_of(response: httpx.Response) -> str:
    """The beginning of an error's body; a server that sends one without end is not listened to."""
    text = ""
    async for piece in response.aiter_text():
        text += piece
        if len(text) > _LONGEST_ERROR:
            break
    return _error_text(text)


def _error_text(text: str) -> str:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return _words(found.get("error", "")) if isinstance(found, dict) else text


def _words(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)[:_LONGEST_ERROR]
