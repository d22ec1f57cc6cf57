"""A real HTTP server that stands in for Ollama where a test needs an exact answer to a question about models."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._answer(self.server.answers.get(self.path))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(self.server.answers.get(f"{self.path} {body.get('model', '')}"))

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _answer(self, answer: object) -> None:
        status = answer if isinstance(answer, int) else 404 if answer is None else 200
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answers: Mapping[str, object]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = answers


@contextmanager
def stand_in(answers: Mapping[str, object]) -> Iterator[str]:
    """Serve `answers` (by path, a POST by path and model; a number is a status) and yield the base URL."""
    with _Server(answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def hanging_server() -> Iterator[str]:
    """Take connections and never answer: yield the base URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def tag(name: str, **more: object) -> dict[str, object]:
    """One entry of `GET /api/tags`."""
    details = {"family": "llama", "parameter_size": "3.2B", "quantization_level": "Q4_K_M"}
    return {"name": name, "model": name, "size": 2_000_000_000, "details": details, **more}


def ollama_with(*names: str, capabilities: Mapping[str, list[str]] | None = None) -> dict[str, object]:
    """The answers of an Ollama that has these models; each can chat and call tools unless `capabilities` differ."""
    answers: dict[str, object] = {"/api/version": {"version": "0.12.3"}, "/api/tags": {"models": [*map(tag, names)]}}
    for name in names:
        answers[f"/api/show {name}"] = {
            "capabilities": (capabilities or {}).get(name, ["completion", "tools"]),
            "model_info": {"general.architecture": "llama", "llama.context_length": 131072},
        }
    return answers
