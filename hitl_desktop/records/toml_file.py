"""Writing a TOML file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w


def save_table(path: Path, table: Mapping[str, Any]) -> None:
    """Write a table whole or not at all, readable by the user alone. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, new = tempfile.mkstemp(".new", path.stem, path.parent)  # with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            tomli_w.dump(table, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except BaseException:
        os.unlink(new)
        raise
