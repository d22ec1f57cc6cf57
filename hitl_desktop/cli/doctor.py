"""``hitl-desktop doctor``: what is installed, what is found, what listens, and what would need a network."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from hitl_desktop.backends.checkpoints.reader import CheckpointReader, DatabaseMissingError
from hitl_desktop.cli.system_check import missing_for_a_window
from hitl_desktop.core.backend import DatabaseError
from hitl_desktop.core.values import Json
from hitl_desktop.encryption.protection import Protection
from hitl_desktop.locations import settings_folder
from hitl_desktop.models.embedded.process import EmbeddedServer
from hitl_desktop.models.ollama import OllamaUnreachableError, list_models, server_version
from hitl_desktop.models.ollama_address import hosts_named_in, is_loopback, ollama_url
from hitl_desktop.network_guard import guard
from hitl_desktop.records.settings_file import load_settings

_PACKAGES = (
    "hitl-desktop",
    "PySide6-Essentials",
    "qasync",
    "langgraph",
    "langgraph-checkpoint-sqlite",
    "langchain",
    "langchain-ollama",
    "xllamacpp",
    "keyring",
    "pycryptodome",
)
_OPTIONAL = {
    "xllamacpp": "the embedded model needs",
    "keyring": "encrypted databases need",
    "pycryptodome": "encrypted databases need",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what, what was found, and whether that is wrong."""

    about: str
    found: str
    wrong: bool = False

    def to_json(self) -> Json:
        """The finding as a JSON object."""
        return asdict(self)


async def examine(database: Path, project: Path) -> list[Finding]:
    """Look at everything. Opens no connection but to Ollama, on this machine or where the settings say it is."""
    settings, complaints = load_settings(settings_folder() / "settings.toml")
    guard.allow(hosts_named_in(settings))
    window = await asyncio.to_thread(missing_for_a_window)
    protection = Protection(database)
    return [
        Finding("Python", platform.python_version()),
        *(_package(name) for name in _PACKAGES),
        Finding("Window", window or "can be shown", wrong=window is not None),
        Finding("Settings", "; ".join(complaints) or str(settings_folder() / "settings.toml"), wrong=bool(complaints)),
        await asyncio.to_thread(_database, database, protection),
        _encryption(protection),
        await asyncio.to_thread(_project, project),
        await _ollama(settings.ollama_url),
        await asyncio.to_thread(_embedded, settings.gguf_file),
        Finding("Listening", "nothing now; the embedded model server listens on 127.0.0.1 while a window is open"),
        _network(),
        Finding("Tracing", "off for LangChain, LangGraph and LangSmith, whatever the environment says"),
        Finding("Needs a network", "nothing here; Ollama does when it pulls a model"),
    ]


def as_text(findings: Sequence[Finding]) -> str:
    """A line a finding, with a mark where something is wrong."""
    return "".join(f"{'✗' if each.wrong else '✓'} {each.about}: {each.found}\n" for each in findings)


def _package(name: str) -> Finding:
    try:
        return Finding(name, metadata.version(name))
    except metadata.PackageNotFoundError:
        needed_by = _OPTIONAL.get(name)
        return Finding(name, "not installed" + (f" (only {needed_by} it)" if needed_by else ""), not needed_by)


def _database(path: Path, protection: Protection) -> Finding:
    reader = CheckpointReader(path, protection)
    try:
        reader.look_at_protection()
        reader.open()
        threads = reader.threads()
    except DatabaseMissingError:
        return Finding("Database", f"{path} does not exist yet; the first run makes it")
    except DatabaseError as error:
        return Finding("Database", str(error), wrong=True)
    finally:
        reader.close()
    waiting = sum(1 for thread in threads if thread.state.waits)
    free = shutil.disk_usage(path.parent).free // 2**20
    return Finding("Database", f"{path}: {len(threads)} threads, {waiting} waiting; {free} MiB free")


def _encryption(protection: Protection) -> Finding:
    if protection.problem:
        return Finding("Encryption", protection.problem, wrong=True)
    if not protection.is_encrypted:
        return Finding("Encryption", "off: the database is a plain one")
    if protection.holds_plain_rows:
        return Finding("Encryption", "on, but there are rows that are not encrypted, and stay readable", wrong=True)
    return Finding("Encryption", "on: the database, its review file and its copies; the key is there")


def _project(folder: Path) -> Finding:
    """The manifest only: a doctor does not run a stranger's code."""
    from hitl_desktop.backends.project.manifest import ManifestError, read_manifest
    from hitl_desktop.cli.trusting import is_trusted

    try:
        manifest = read_manifest(folder)
        trust = "trusted" if is_trusted(folder) else "not trusted, so a window asks before its code runs"
    except ManifestError as error:
        return Finding("Project", str(error), wrong=True)
    return Finding("Project", f"{folder}: {', '.join(graph.name for graph in manifest.graphs)}; {trust}")


async def _ollama(configured: str) -> Finding:
    url = ollama_url(configured or None, os.environ)
    if not configured and not is_loopback(url):
        return Finding(
            "Ollama", f"not asked. OLLAMA_HOST names another machine, {url}; to use it, say so in the settings"
        )
    try:
        version = await server_version(url)
        models = await list_models(url)
    except OllamaUnreachableError as error:
        return Finding("Ollama", f"not in use. {error}")
    return Finding("Ollama", f"{version} at {url}: {', '.join(model.name for model in models) or 'no model is pulled'}")


def _network() -> Finding:
    """What the guard of this process lets through: the same as that of a window."""
    hosts = ", ".join(guard.allowed)
    return Finding(
        "Network",
        (
            f"refused, but for this machine and what the settings name: {hosts}"
            if hosts
            else "refused, but for this machine"
        )
        if guard.installed
        else "not watched in this process",
        wrong=not guard.installed,
    )


def _embedded(gguf: str) -> Finding:
    server = EmbeddedServer(Path(gguf) if gguf else None)
    reason = server.available()
    return Finding("Embedded model", reason or f"{server.model_name} is ready to be started")
