"""What importing the backends settles for every library that is imported after them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hitl_desktop.backends import GUARDED

ROOT = Path(__file__).parents[2]

# A server on this machine that says "here", and who asks it in spite of a proxy elsewhere.
ASK = """
import hitl_desktop.backends
import json, os, threading, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import httpx
from hitl_desktop.network_guard import guard

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"here")
    def log_message(self, *_): pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
guard.install()  # nothing goes to the proxy, whatever this test finds
said = []
for host in ("127.0.0.1", "localhost"):
    url = f"http://{host}:{server.server_port}"
    said += [urllib.request.urlopen(url).read().decode(), httpx.get(url).text]
print(json.dumps([said, dict(os.environ)]))
"""


def ask(**environment: str) -> Any:
    plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    ended = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env=plain | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, "127.0.0.1,localhost,::1"),
        ({"NO_PROXY": "intranet.lan"}, "intranet.lan,127.0.0.1,localhost,::1"),
        ({"no_proxy": "a.lan,localhost", "NO_PROXY": "b.lan"}, "a.lan,localhost,127.0.0.1,::1"),
    ],
)
def test_this_machine_is_not_asked_through_a_proxy(before: dict[str, str], after: str) -> None:
    proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY", "all_proxy"), "http://192.0.2.1:3128")
    said, environment = ask(**proxies, **before)
    assert said == ["here"] * 4
    assert environment["no_proxy"] == environment["NO_PROXY"] == after


def test_tracing_and_telemetry_are_off_whatever_the_shell_says() -> None:
    wanted = {name: "true" if value == "false" else "0" for name, value in GUARDED.items()}
    _, environment = ask(**wanted, HF_HUB_OFFLINE="0")
    assert {name: environment[name] for name in GUARDED} == GUARDED
    assert {"LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGGRAPH_CLI_NO_ANALYTICS", "DO_NOT_TRACK"} <= GUARDED.keys()
    assert (environment["HF_HUB_OFFLINE"], environment["TRANSFORMERS_OFFLINE"]) == ("0", "1")
