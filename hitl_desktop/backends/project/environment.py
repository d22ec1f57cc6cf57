"""The variables that a project sets for itself in this process, and those that it may not touch."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from hitl_desktop.backends import GUARDED
from hitl_desktop.backends.project.manifest import Manifest, ManifestError

_KEPT = frozenset({"HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "OLLAMA_HOST", "SSLKEYLOGFILE"})
_KEPT_PREFIXES = (
    *("PYTHON", "LD_", "DYLD_", "GLIBC_", "OPENSSL_", "QT_", "QML", "XDG_", "HITL_DESKTOP_"),
    *("LANGSMITH_TRACING", "LANGCHAIN_TRACING", "LANGSMITH_OTEL", "OTEL_"),
)


def is_kept(name: str) -> bool:
    """Whether a variable stays as the user has it, whatever the manifest of a project says.

    These decide for the whole program, and for what it starts: what `GUARDED` says, what Python, Qt and the linker
    load, which proxy is between, which Ollama is asked, and where the user's settings are.
    """
    plain = name.upper()
    return name in GUARDED or plain in _KEPT or plain.startswith(_KEPT_PREFIXES) or plain.endswith("_PROXY")


@dataclass(frozen=True, slots=True)
class ProjectVariables:
    """The variables of a project, None for one that is unset, and what was left out, in words."""

    values: Mapping[str, str | None]
    notes: tuple[str, ...] = ()


def read_variables(manifest: Manifest) -> ProjectVariables:
    """The variables of the manifest's `env`; raises `ManifestError` for a .env file that can't be read.

    As in `langgraph dev`: a .env file that is not there is an empty one, and a name without a value unsets.
    """
    notes: list[str] = []
    values = _read_file(manifest.env, notes) if isinstance(manifest.env, Path) else manifest.env
    if refused := sorted(filter(is_kept, values)):
        notes.append(f"The project's environment may not set {', '.join(refused)}: left as it was.")
    return ProjectVariables({name: value for name, value in values.items() if not is_kept(name)}, tuple(notes))


def _read_file(path: Path, notes: list[str]) -> Mapping[str, str | None]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise ManifestError(f"{path} is not UTF-8 text (byte {error.start}).") from error
    except OSError as error:
        raise ManifestError(f"{path} can't be read: {error.strerror}.") from error
    if "\0" in text:
        raise ManifestError(f"{path} is not text (it has a zero byte).")
    lines = [str(binding.original.line) for binding in parse_stream(StringIO(text)) if binding.error]
    if lines:
        notes.append(f"{path}: line {', '.join(lines)} can't be understood and was left out.")
    good = "".join(binding.original.string for binding in parse_stream(StringIO(text)) if not binding.error)
    return dotenv_values(stream=StringIO(good))


class AppliedVariables:
    """Variables set in this process until they are taken back.

    They win over those of the shell: `langgraph dev` does the same (langgraph_api.cli.patch_environment, 0.16.7).
    """

    def __init__(self, values: Mapping[str, str | None]) -> None:
        self._before = {name: os.environ.get(name) for name in values}
        _set(values)

    def take_back(self) -> None:
        """Give every variable the value that it had before."""
        _set(self._before)


@contextmanager
def guarded() -> Iterator[list[str]]:
    """Keep the guarded variables as they are, whatever code of the project does; yields those it tried to change.

    Many projects call `load_dotenv(override=True)` while they are imported. The list is filled at the end.
    """
    before = {name: os.environ.get(name) for name in GUARDED}
    changed: list[str] = []
    try:
        yield changed
    finally:
        changed += sorted(name for name in GUARDED if os.environ.get(name) != before[name])
        if changed:
            _set(before)
            _forget_what_langsmith_read()


def _forget_what_langsmith_read() -> None:
    from langsmith.utils import get_env_var

    if clear := getattr(get_env_var, "cache_clear", None):  # it reads each variable once
        clear()


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
