"""The settings file: TOML in the user's settings folder."""

from __future__ import annotations

import os
import tempfile
import tomllib
from pathlib import Path

import tomli_w

from hitl_desktop.core.settings import Settings, read_settings


def load_settings(path: Path) -> tuple[Settings, tuple[str, ...]]:
    """The settings in the file, and a sentence for each thing that could not be used; defaults without a file."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings(), ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Settings(), (f"The settings in {path} cannot be read ({error}); the built-in ones are used.",)
    return read_settings(table)


def save_settings(path: Path, settings: Settings) -> None:
    """Write the settings whole or not at all, readable by the user alone. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, new = tempfile.mkstemp(".new", path.stem, path.parent)  # with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            tomli_w.dump(settings.to_table(), file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except BaseException:
        os.unlink(new)
        raise
