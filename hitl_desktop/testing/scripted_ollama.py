"""An HTTP server that speaks Ollama's protocol and gives exactly the answers that a test has lined up for it."""

from __future__ import annotations

import json
import select
import socket
import sys
import threading
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from hitl_desktop.testing.ollama_replies import (
    Call,
    Calls,
    CutStream,
    ErrorLine,
    HttpError,
    JsonObject,
    Reply,
    ScriptedReply,
    Text,
    lines,
    loaded,
)
from hitl_desktop.testing.scripted_library import ScriptedLibrary, ScriptedModel, Step

__all__ = ["MODEL", "Call", "Calls", "CutStream", "ErrorLine", "HttpError", "Reply", "ScriptedOllama", "Text"]

MODEL = "scripted:latest"


class ScriptedOllama:
    """A scripted Ollama server on 127.0.0.1, started by `with` or `start()`.

    The system chooses the port at construction, and it stays reserved until `close()`, so a server that was
    stopped comes back on the same `base_url` and a client finds nobody there in between. Replies are given to
    `/api/chat` in the order of `enqueue`; the other routes answer for the models of `library`, which are one at first,
    `scripted:latest`. A request for any other model is a 404, unless `any_name` is True, and one with tools is a 400
    unless "tools" is in the model's capabilities; neither takes a reply.
    """

    def __init__(self, capabilities: tuple[str, ...] = ("completion", "tools"), *, any_name: bool = False) -> None:
        self.library = ScriptedLibrary(ScriptedModel(MODEL, capabilities=capabilities), any_name=any_name)
        self._replies: deque[ScriptedReply] = deque()
        self._requests: list[JsonObject] = []
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        # Bound and never listening: nobody else gets the port while the server is down, and no client can
        # connect to itself by drawing this port as its own.
        self._reservation = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._reservation.bind(("127.0.0.1", 0))
        self.port: int = self._reservation.getsockname()[1]

    def __enter__(self) -> ScriptedOllama:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def base_url(self) -> str:
        """Where the server is or will be again, for `ChatOllama(base_url=...)`."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def requests(self) -> list[JsonObject]:
        """The parsed bodies of the chat requests so far, oldest first, also of those that got an error."""
        with self._lock:
            return list(self._requests)

    @property
    def pending_replies(self) -> int:
        """How many of the enqueued replies nobody has asked for yet."""
        return len(self._replies)

    def enqueue(self, *replies: ScriptedReply | str) -> None:
        """Line up replies for the next chat requests; a callable gets the request body and returns its reply.

        A plain text is an answer in these words.
        """
        self._replies.extend(Text(reply) if isinstance(reply, str) else reply for reply in replies)

    def only(self, *names: str, capabilities: tuple[str, ...] = ("completion", "tools")) -> None:
        """Answer under these model names from now on, and with a 404 under all others, as for models not pulled."""
        self.library.have_only(
            ScriptedModel(name if ":" in name else f"{name}:latest", capabilities=capabilities) for name in names
        )

    def start(self) -> None:
        """Begin to listen. Returns when connections are accepted; does nothing if the server is up."""
        if self._server is None:
            self._server = _Server(("127.0.0.1", self.port), self)
            self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), name="scripted-ollama")
            self._thread.start()

    def stop(self) -> None:
        """Drop every connection and stop listening. Returns when all threads of the server have ended."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.drop_connections()
            self._server.server_close()
            self._thread.join()
            self._server = self._thread = None

    def close(self) -> None:
        """Stop for good and give the port back."""
        self.stop()
        self._reservation.close()

    def _next_reply(self, request: JsonObject) -> Reply:
        """Record a chat request and take its reply; an error in a callable reply becomes an HTTP 500."""
        with self._lock:
            self._requests.append(request)
            number = len(self._requests)
            reply = self._replies.popleft() if self._replies else None
        if reply is None:
            return HttpError(500, f"nothing was scripted for chat request {number}: enqueue() one more reply")
        if not callable(reply):
            return reply
        try:
            return reply(request)
        except Exception as error:
            return HttpError(500, f"the scripted reply to chat request {number} raised {error!r}")


class _Server(ThreadingHTTPServer):
    """Waits for its handler threads at the end, and can cut all connections so that they do end."""

    daemon_threads = False

    def __init__(self, address: tuple[str, int], script: ScriptedOllama) -> None:
        self.script = script
        self._connections: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what went wrong in a handler, except that the client left, which is part of many tests."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def drop_connections(self) -> None:
        for connection in self._connections.copy():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the tests' output clean."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        library = self.server.script.library
        match self.path:
            case "/":
                self._send(200, b"Ollama is running", "text/plain; charset=utf-8")
            case "/api/version":
                self._send_json(200, {"version": "0.0.0-scripted"})
            case "/api/tags":
                stored = {"modified_at": "2026-01-01T00:00:00Z"}
                models = [*library.models.values()]
                tags = [{**each.entry(), **stored, "capabilities": each.capabilities, **each.tag} for each in models]
                self._send_json(200, {"models": tags})
            case "/api/ps":
                in_memory = {"size_vram": 0, "expires_at": "2318-01-01T00:00:00Z", "context_length": 4096}
                held = [each.entry() | in_memory for each in library.models.values() if each.name in library.loaded]
                self._send_json(200, {"models": held})
            case path if path.startswith("/api/blobs/"):
                self._send(200 if path.rpartition("/")[2] in library.blobs else 404, b"", "text/plain")
            case _:
                self._send_json(404, {"error": "not found"})

    def do_DELETE(self) -> None:
        name = json.loads(self._body()).get("model", "")
        if self.path == "/api/delete" and self.server.script.library.delete(name):
            return self._send(200, b"", "text/plain")
        return self._send_json(404, {"error": f"model '{name}' not found"})

    def do_POST(self) -> None:
        script = self.server.script
        if self.path.startswith("/api/blobs/"):
            if wrong := script.library.keep_blob(self.path.rpartition("/")[2], self._body()):
                return self._send_json(507 if "space" in wrong else 400, {"error": wrong})
            return self._send(201, b"", "text/plain")
        try:
            request = json.loads(self._body())
            name = request.get("model", "")
        except (ValueError, AttributeError) as error:
            return self._send_json(400, {"error": f"the request is not a JSON object: {error}"})
        if self.path == "/api/pull":
            return self._stream(script.library.pull(name))
        if self.path == "/api/create":
            return self._stream(script.library.create(request))
        if self.path not in ("/api/show", "/api/chat", "/api/generate"):
            return self._send_json(404, {"error": "not found"})
        model = script.library.find(name)
        if model is None:
            return self._send_json(404, {"error": f"model '{name}' not found"})
        if self.path == "/api/show":
            return self._send_json(200, model.shown())
        if request.get("tools") and "tools" not in model.capabilities:
            return self._send_json(400, {"error": f"registry.ollama.ai/library/{name} does not support tools"})
        if request.get("keep_alive") == 0 and not request.get("messages"):
            script.library.loaded.discard(model.name)
            return self._send_json(200, loaded(name) | {"done_reason": "unload"})
        if not request.get("messages"):  # how Ollama's clients load a model ahead of its first use
            return self._send_json(200, loaded(name))
        script.library.loaded.add(model.name)
        self._answer(request, script._next_reply(request))

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _stream(self, steps: Iterable[Step]) -> None:
        self._begin_lines()
        for step in steps:
            if isinstance(step, dict):
                self._write_line(step)
            elif not self._waited_for(step):
                self.server.script.library.left.release()
                self.close_connection = True
                return
        self.wfile.write(b"0\r\n\r\n")

    def _waited_for(self, step: threading.Event) -> bool:
        """Wait for the test; False when the client hangs up before."""
        while not step.wait(0.01):
            if self._client_leaves(0):
                return False
        return True

    def _begin_lines(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _write_line(self, line: JsonObject) -> None:
        data = json.dumps(line).encode() + b"\n"
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def _answer(self, request: JsonObject, reply: Reply) -> None:
        if isinstance(reply, HttpError):
            return self._send_json(reply.status, {"error": reply.message})
        if request.get("stream") is False:
            return self._send_json(501, {"error": "the scripted server only streams, as ChatOllama always asks for"})
        self._begin_lines()
        delay = reply.delay if isinstance(reply, Text) else 0.0
        for number, line in enumerate(lines(request["model"], reply)):
            if number and delay and not line.get("done") and self._client_leaves(delay):
                self.close_connection = True
                return None
            self._write_line(line)
        if isinstance(reply, CutStream):
            self.close_connection = True
        else:
            self.wfile.write(b"0\r\n\r\n")
        return None

    def _client_leaves(self, seconds: float) -> bool:
        """Wait; True at once when the client hangs up or `stop()` cuts the connection."""
        # The client has nothing to say during an answer, so a socket that can be read is one that was closed.
        return bool(select.select([self.connection], [], [], seconds)[0])

    def _send(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_json(self, status: int, body: JsonObject) -> None:
        self._send(status, json.dumps(body).encode(), "application/json; charset=utf-8")
