"""Writes answers to a connection: one JSON object, or lines of JSON as they come."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler

from hitl_desktop.models.embedded import protocol
from hitl_desktop.models.embedded.protocol import ChatRequest, Json


class Reply:
    """The answer to one request."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler = handler
        self._streaming = False

    def json(self, body: Json, status: int = 200) -> None:
        """Send one JSON object."""
        self._send(status, "application/json; charset=utf-8", json.dumps(body, ensure_ascii=False).encode())

    def text(self, body: str, status: int = 200) -> None:
        """Send plain text."""
        self._send(status, "text/plain; charset=utf-8", body.encode())

    def failure(self, status: int, message: str) -> None:
        """Report a failure: with its status, or as one more line when the answer has begun, as Ollama does."""
        if self._streaming:
            self.line({"error": message})
            self.end()
        else:
            self.json({"error": message}, status)

    def lines(self, request: ChatRequest, kind: protocol.Kind) -> Lines:
        """Return what takes the parts of an answer to `request`."""
        return Lines(self, request, kind)

    def line(self, body: Json) -> None:
        """Send one line of a stream, the headers before the first."""
        if not self._streaming:
            self._streaming = True
            self._handler.send_response(200)
            self._handler.send_header("Content-Type", "application/x-ndjson")
            self._handler.send_header("Transfer-Encoding", "chunked")
            self._handler.end_headers()
        data = json.dumps(body, ensure_ascii=False).encode() + b"\n"
        self._handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def end(self) -> None:
        """End a stream."""
        self._handler.wfile.write(b"0\r\n\r\n")

    def _send(self, status: int, kind: str, data: bytes) -> None:
        handler = self._handler
        if status >= 400:
            # What was not read of the request would be taken for the next one.
            handler.close_connection = True
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data)))
        if handler.close_connection:
            handler.send_header("Connection", "close")
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(data)


class Lines:
    """The parts of one chat answer, sent at once when the client asked for a stream and gathered otherwise."""

    def __init__(self, reply: Reply, request: ChatRequest, kind: protocol.Kind) -> None:
        self._reply = reply
        self._request = request
        self._kind = kind
        self._text: list[str] = []
        self._calls: list[Json] = []

    def text(self, piece: str) -> None:
        """Take a piece of the model's text."""
        if self._request.stream:
            self._reply.line(protocol.line(self._request, self._kind, piece))
        else:
            self._text.append(piece)

    def calls(self, calls: list[Json]) -> None:
        """Take tool calls: they come whole."""
        if self._request.stream:
            self._reply.line(protocol.line(self._request, self._kind, calls=calls))
        else:
            self._calls.extend(calls)

    def close(self, closing: Json) -> None:
        """Send the last line with the fields of `closing`, or the whole answer."""
        last = protocol.line(self._request, self._kind, "".join(self._text), self._calls) | closing
        # Ollama answers a request that only loads or unloads with one JSON object, stream or not.
        if self._request.stream and self._request.messages:
            self._reply.line(last)
            self._reply.end()
        else:
            self._reply.json(last)
