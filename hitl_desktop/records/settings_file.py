"""The settings file: TOML in the user's settings folder."""

from __future__ import annotations

import tomllib
from pathlib import Path

from hitl_desktop.core.settings import Settings, read_settings
from hitl_desktop.records.toml_file import save_table


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
    save_table(path, settings.to_table())
