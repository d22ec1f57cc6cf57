"""An Ollama that this program starts: a child process on loopback that ends with the program."""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE, Process
from typing import Final
from urllib.parse import urlsplit

from hitl_desktop.core.model_problems import LocalModelError, ModelProblem
from hitl_desktop.models.ollama import OllamaUnreachableError, server_version

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.2
_TAIL: Final = 2_000


class OllamaProcess:
    """At most one `ollama serve`. One that was running before is never touched.

    It ends with this program, as the embedded server does: what a window started should not go on unseen, holding
    gigabytes of memory. Where the program is killed, it loses the reader of its log, and Go ends a process that writes
    to a standard error which nobody reads.
    """

    def __init__(self) -> None:
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._tail = b""

    @property
    def running(self) -> bool:
        """Whether the child is alive."""
        return self._process is not None and self._process.returncode is None

    async def start(self, program: str, base_url: str) -> None:
        """Run `program serve` for `base_url`, and return when it answers. Raises `LocalModelError`."""
        await self.stop()
        # Newer versions pass some models on to a server on the internet, unless they are told not to.
        environ = {**os.environ, "OLLAMA_HOST": urlsplit(base_url).netloc, "OLLAMA_NO_CLOUD": "1"}
        try:
            self._process = await asyncio.create_subprocess_exec(
                program, "serve", stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, env=environ
            )
        except OSError as error:
            raise LocalModelError(
                f"Ollama could not be started: {program}: {error.strerror or error}. Start it yourself, then look "
                "again.",
                ModelProblem.NOT_RUNNING,
            ) from error
        self._reading = asyncio.get_running_loop().create_task(self._read(self._process), name="read Ollama's log")
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._until_it_answers(self._process, base_url)
        except TimeoutError:
            await self.stop()
            raise self._failed(f"did not answer within {START_SECONDS:g} seconds") from None
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End the child, if there is one, and wait for it."""
        process, self._process = self._process, None
        reading, self._reading = self._reading, None
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        if reading is not None:
            reading.cancel()
            await asyncio.wait({reading})

    async def _until_it_answers(self, process: Process, base_url: str) -> None:
        while True:
            if process.returncode is not None:
                if self._reading is not None:
                    await asyncio.wait({self._reading}, timeout=1)
                raise self._failed(f"ended at once (code {process.returncode})")
            try:
                await server_version(base_url, seconds=1.0)
            except OllamaUnreachableError:
                await asyncio.sleep(_POLL_SECONDS)
            else:
                return

    async def _read(self, process: Process) -> None:
        """Keep the end of what it writes: a pipe that nobody reads would stop it, a file would grow for ever."""
        assert process.stderr is not None
        while piece := await process.stderr.read(8192):
            self._tail = (self._tail + piece)[-_TAIL:]

    def _failed(self, how: str) -> LocalModelError:
        said = self._tail.decode("utf-8", "replace").strip()
        words = f"Ollama was started and {how}. Nothing was changed."
        return LocalModelError(f"{words} It says: {said}" if said else words, ModelProblem.NOT_RUNNING)
