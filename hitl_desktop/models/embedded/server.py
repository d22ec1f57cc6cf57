"""The HTTP side of the embedded server: Ollama's routes on loopback, closed to browsers."""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import json
import os
import select
import socket
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, ClassVar
from urllib.parse import urlsplit

from hitl_desktop.models.embedded import protocol
from hitl_desktop.models.embedded.chat import DEFAULTS, LONGEST_ANSWER, Chat
from hitl_desktop.models.embedded.completion import ClientGoneError, EngineError
from hitl_desktop.models.embedded.engine import Engine
from hitl_desktop.models.embedded.protocol import ChatRequest, Json, RequestError
from hitl_desktop.models.embedded.replies import Reply

VERSION = "0.0.0-embedded"
LARGEST_BODY = 16 * 1024 * 1024

_LINGER_SECONDS = 2.0

_NEVER = "2318-01-01T00:00:00Z"
"""What Ollama reports for a model that stays loaded: Go's longest duration from now."""


class EmbeddedHttpServer(ThreadingHTTPServer):
    """Serves one model on 127.0.0.1, on a port that the system chooses; ends with the process that started it."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, engine: Engine, name: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.engine = engine
        self.chat = Chat(engine)
        self.model_name = name
        # An identifier, not the checksum of the weights: reading a gigabyte takes seconds.
        state = f"{engine.model.path}:{engine.model.size}:{engine.model.modified.timestamp()}"
        self.digest = hashlib.sha256(state.encode()).hexdigest()
        self._parent = os.getppid()

    def server_bind(self) -> None:
        """Take the port. `HTTPServer` would look up the name of 127.0.0.1 for it, of some name server if need be."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def warm_up(self) -> None:
        """Load the weights before the first request needs them; a failure is told to whoever asks first."""
        try:
            self.chat.warm_up()
        except EngineError as error:
            sys.stderr.write(f"{error}\n")

    def service_actions(self) -> None:
        """End when the parent has: called twice a second. Covers a parent whose pipe somebody else still holds."""
        if os.getppid() != self._parent:
            os._exit(0)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report a failure in a handler, unless the client simply went away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Answers one connection, request after request."""

    protocol_version = "HTTP/1.1"
    timeout = 120
    # Else every answer on a connection that is kept waits 40 ms for the client's acknowledgement.
    disable_nagle_algorithm = True
    server: EmbeddedHttpServer

    def do_GET(self) -> None:
        """Answer a request, whatever its method."""
        self.reply = Reply(self)
        self.body_is_read = False
        try:
            self._refuse_browsers()
            path = urlsplit(self.path).path
            method = "GET" if self.command == "HEAD" else self.command
            if (method, path) in self.ROUTES:
                self.ROUTES[method, path](self)
            elif any(known == path for _, known in self.ROUTES):
                self.reply.text("405 method not allowed", 405)
            else:
                self.reply.text("404 page not found", 404)
        except (RequestError, EngineError) as error:
            self.reply.failure(error.status, str(error))
        except (ClientGoneError, ConnectionError, TimeoutError):
            self.close_connection = True
        finally:
            if not self.body_is_read and self._has_body():
                self.close_connection = True  # else the body would be taken for the next request
                self._linger()

    def do_HEAD(self) -> None:
        """Answer like GET, without the content."""
        self.do_GET()

    def do_POST(self) -> None:
        """Answer the routes that take a body."""
        self.do_GET()

    def do_OPTIONS(self) -> None:
        """Refuse: a browser asks this before it sends a request to another origin."""
        self.do_GET()

    def do_DELETE(self) -> None:
        """Refuse: nothing can be deleted here."""
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: requests are private and nobody reads a log."""

    def _refuse_browsers(self) -> None:
        """Raise for anything a web page can send: an Origin, fetch metadata, or a host name that was rebound."""
        if self.headers.get("Origin") is not None or self.headers.get("Sec-Fetch-Site") is not None:
            raise RequestError(403, "the embedded model server does not answer browsers")
        if not _is_loopback_host(self.headers.get("Host", "")):
            raise RequestError(403, "the embedded model server only answers requests to 127.0.0.1 or localhost")

    def _body(self) -> Json:
        length = self._body_length()
        if length is None:
            raise RequestError(411, "the request must say how long it is (Content-Length)")
        if length > LARGEST_BODY:
            raise RequestError(413, f"the request is larger than {LARGEST_BODY // 2**20} MiB")
        text = self.rfile.read(length)
        self.body_is_read = True
        if not text.strip():
            raise RequestError(400, "missing request body")
        try:
            body = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise RequestError(400, f"the request is not valid JSON: {error}") from None
        if not isinstance(body, dict):
            raise RequestError(400, "the request must be a JSON object")
        return body

    def _body_length(self) -> int | None:
        length = self.headers.get("Content-Length", "")
        return int(length) if length.isascii() and length.isdigit() and len(length) < 19 else None

    def _has_body(self) -> bool:
        return self._body_length() != 0 and any(
            name in self.headers for name in ("Content-Length", "Transfer-Encoding")
        )

    def _linger(self) -> None:
        """Read away what a refused client is still sending, or it would see a reset instead of the answer."""
        end = time.monotonic() + _LINGER_SECONDS
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(_LINGER_SECONDS)
            while time.monotonic() < end and self.rfile.read1(65536):
                pass

    def _known_model(self, body: Json) -> None:
        name = protocol.requested_model(body)
        if name not in (self.server.model_name, f"{self.server.model_name}:latest"):
            raise RequestError(404, f"model '{name}' not found")

    def _gone(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        if not readable:
            return False
        try:
            return not self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True

    def _root(self) -> None:
        self.reply.text("Ollama is running")

    def _version(self) -> None:
        self.reply.json({"version": VERSION})

    def _tags(self) -> None:
        model = self.server.engine.model
        entry = self._entry() | {
            "modified_at": protocol.timestamp(model.modified),
            "capabilities": list(protocol.CAPABILITIES),
        }
        self.reply.json({"models": [entry]})

    def _ps(self) -> None:
        engine = self.server.engine
        entry = self._entry() | {
            "expires_at": _NEVER,
            "size_vram": 0,
            "context_length": engine.context_length,
        }
        self.reply.json({"models": [entry] if engine.loaded else []})

    def _entry(self) -> Json:
        model = self.server.engine.model
        return {
            "name": self.server.model_name,
            "model": self.server.model_name,
            "size": model.size,
            "digest": self.server.digest,
            "details": protocol.details(model),
        }

    def _show(self) -> None:
        self._known_model(self._body())
        model = self.server.engine.model
        parameters = {**DEFAULTS, "num_predict": LONGEST_ANSWER}
        self.reply.json(
            {
                "license": str(model.metadata.get("general.license", "")),
                "modelfile": "",
                "parameters": "\n".join(f"{name} {value}" for name, value in parameters.items()),
                "template": str(model.metadata.get("tokenizer.chat_template", "")),
                "details": protocol.details(model),
                "model_info": dict(model.metadata) | {"general.parameter_count": model.parameters},
                "capabilities": list(protocol.CAPABILITIES),
                "modified_at": protocol.timestamp(model.modified),
            }
        )

    def _chat(self) -> None:
        body = self._body()
        self._known_model(body)
        self._answer(protocol.chat_request(body), "chat")

    def _generate(self) -> None:
        body = self._body()
        self._known_model(body)
        self._answer(protocol.generate_request(body), "generate")

    def _answer(self, request: ChatRequest, kind: protocol.Kind) -> None:
        lines = self.reply.lines(request, kind)
        lines.close(self.server.chat.answer(request, lines.text, lines.calls, self._gone))

    ROUTES: ClassVar[dict[tuple[str, str], Callable[[Handler], None]]] = {
        ("GET", "/"): _root,
        ("GET", "/api/version"): _version,
        ("GET", "/api/tags"): _tags,
        ("GET", "/api/ps"): _ps,
        ("POST", "/api/show"): _show,
        ("POST", "/api/chat"): _chat,
        ("POST", "/api/generate"): _generate,
    }


def _is_loopback_host(header: str) -> bool:
    try:
        name = urlsplit(f"//{header}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
