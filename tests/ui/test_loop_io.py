"""What the program does on `QtEventLoop` besides windows: child processes, HTTP and SQLite."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import aiosqlite
import httpx
import pytest


async def test_a_child_process_is_talked_to_and_awaited() -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "print(input()[::-1]); raise SystemExit(5)",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await child.communicate(b"hello\n")
    assert (output.strip(), child.returncode) == (b"olleh", 5)


async def test_httpx_streams_and_times_out() -> None:
    stall = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
        for number in range(50):
            line = b"line %d\n" % number
            writer.write(b"%x\r\n%s\r\n" % (len(line), line))
            await writer.drain()
            if b"/stalls" in request:
                await stall.wait()
                break
            await asyncio.sleep(0.001)
        else:
            writer.write(b"0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with httpx.AsyncClient(timeout=0.5) as client:
        async with client.stream("GET", f"{url}/flows") as response:
            lines = [line async for line in response.aiter_lines()]
        assert lines == [f"line {number}" for number in range(50)]
        with pytest.raises(httpx.ReadTimeout):
            await client.get(f"{url}/stalls")
    stall.set()
    server.close()
    await server.wait_closed()


async def test_aiosqlite_writes_and_reads(tmp_path: Path) -> None:
    async with aiosqlite.connect(tmp_path / "numbers.db") as database:
        await database.execute("CREATE TABLE numbers (value INTEGER)")
        await asyncio.gather(*(database.execute("INSERT INTO numbers VALUES (?)", (n,)) for n in range(200)))
        await database.commit()
        async with database.execute("SELECT value FROM numbers ORDER BY value") as rows:
            values = [value async for (value,) in rows]
    assert values == list(range(200))
