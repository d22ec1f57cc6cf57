"""Trust in a project's folder, for the command line: without a window, and without running anything of the project."""

from __future__ import annotations

from pathlib import Path

from hitl_desktop.backends.project.manifest import read_manifest
from hitl_desktop.backends.project.reach import reach_of
from hitl_desktop.records.trust_file import users_trust


def trust_project(folder: Path) -> None:
    """Trust the project with all that its manifest uses now, as “Trust and load” does in the window.

    Raises `ManifestError` where there is no project, `OSError` where the trust cannot be kept.
    """
    users_trust().give(reach_of(read_manifest(folder)))


def is_trusted(folder: Path) -> bool:
    """Whether a window would load the project without a question. Raises `ManifestError`."""
    return users_trust().trusts(reach_of(read_manifest(folder)))
