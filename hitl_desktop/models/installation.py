"""Whether Ollama is installed, and what to do next where it does not answer, for each system."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_LINUX: Final = ("/usr/local/bin", "/usr/bin", "/bin", "/opt/ollama/bin", "/snap/bin", "~/.local/bin", "~/ollama/bin")
_MAC: Final = (
    "/usr/local/bin",
    "/opt/homebrew/bin",
    "/Applications/Ollama.app/Contents/Resources",
    "~/Applications/Ollama.app/Contents/Resources",
)
_SERVICES: Final = ("/etc/systemd/system/ollama.service", "/usr/lib/systemd/system/ollama.service")


def find_program(environ: Mapping[str, str], platform: str) -> str:
    """The path of the `ollama` program, in PATH or where its installers put it; empty where there is none.

    `platform` is `sys.platform`. Only looks: nothing is run.
    """
    name = "ollama.exe" if platform == "win32" else "ollama"
    if found := shutil.which(name, path=environ.get("PATH", "")):
        return str(Path(found).absolute())
    for folder in usual_folders(environ, platform):
        program = folder / name
        if program.is_file() and os.access(program, os.X_OK):
            return str(program)
    return ""


def usual_folders(environ: Mapping[str, str], platform: str) -> tuple[Path, ...]:
    """Where installers put the program on this system."""
    if platform == "win32":
        bases = [(environ.get("LOCALAPPDATA", ""), "Programs"), (environ.get("PROGRAMFILES", ""), "")]
        return tuple(Path(base) / below / "Ollama" for base, below in bases if base)
    home = environ.get("HOME", "")
    folders = _MAC if platform == "darwin" else _LINUX
    return tuple(Path(folder.replace("~", home, 1)) for folder in folders if home or not folder.startswith("~"))


def how_to_install(platform: str) -> str:
    """What to do where Ollama is not installed: the one next thing on this system."""
    if platform == "win32":
        get = "Run OllamaSetup.exe from ollama.com/download; it needs no administrator."
    elif platform == "darwin":
        get = "Get Ollama.app from ollama.com/download, or type “brew install ollama”."
    else:
        get = (
            "Get it as ollama.com/download says for Linux. Without a network, unpack its archive "
            "(ollama-linux-amd64) below /usr/local or ~/.local from a USB stick."
        )
    return f"{get} Then look again here. Until then the small built-in model can be tried, or any GGUF file."


def how_to_start(platform: str, services: tuple[str, ...] = _SERVICES) -> str:
    """What to do where Ollama is installed and does not run; `services` are the files of its system service."""
    if platform.startswith("linux") and any(Path(each).is_file() for each in services):
        return (
            "“Start Ollama” runs it for you until this program ends, with the models of your own user. "
            "Those of the system's service come with: sudo systemctl start ollama"
        )
    return "“Start Ollama” runs it until this program ends."
