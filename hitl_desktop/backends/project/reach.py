"""What opening a project would run, import from and set, told from its manifest alone: nothing of it is run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hitl_desktop.backends.project.environment import is_kept
from hitl_desktop.backends.project.manifest import GraphSpec, Manifest
from hitl_desktop.core.trust import ProjectReach, Used


def reach_of(manifest: Manifest) -> ProjectReach:
    """The reach of the project. It names every place outside the folder that `Manifest.outside` has."""
    return ProjectReach(
        str(manifest.folder),
        tuple(_graph(manifest, spec) for spec in manifest.graphs),
        tuple(_dependency(manifest, written) for written in manifest.dependencies),
        tuple(_environment(manifest)),
        _identity(manifest.folder),
    )


def _identity(folder: Path) -> str:
    """What tells the folder from any other that is moved to its path: its number in the file system.

    Not the number of the device, which for some disks is another one after each start of the machine.
    """
    try:
        return str(folder.stat().st_ino)
    except OSError:  # gone meanwhile
        return ""


def _graph(manifest: Manifest, spec: GraphSpec) -> Used:
    place = _outside(manifest, manifest.file_of(spec)) if spec.is_file else ""
    return Used(f"{spec.path_or_module}: {spec.variable}", place, f"the graph {spec.name}")


def _dependency(manifest: Manifest, written: str) -> Used:
    if written in manifest.missing_folders:
        return Used(written, note="a folder that is not there")
    if not manifest.is_folder(written):
        return Used(written, note="a package; it is used where it is installed, and never installed from here")
    return Used(written, _outside(manifest, manifest.folder / written), "a folder of code")


def _environment(manifest: Manifest) -> Iterator[Used]:
    if isinstance(manifest.env, Path):
        place = _outside(manifest, manifest.env)
        there = "variables in a file" if manifest.env.is_file() else "a file of variables that is not there"
        yield Used(str(manifest.env.name if place else manifest.env.relative_to(manifest.folder)), place, there)
        return
    for name, value in manifest.env.items():
        note = "ignored, no project may set it" if is_kept(name) else ""
        yield Used(f"{name} is unset" if value is None else f"{name}={value}", note=note)


def _outside(manifest: Manifest, path: Path) -> str:
    place = path.resolve()
    return "" if place.is_relative_to(manifest.folder) else str(place)
