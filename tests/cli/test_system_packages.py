"""The lists of Debian packages that people and CI install."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hitl_desktop.cli.system_check import ALWAYS_NEEDED, NEEDED_ON_WAYLAND, NEEDED_ON_X11

ROOT = Path(__file__).parents[2]
LIBRARY_PACKAGES = re.compile(r"\blib[a-z0-9.+-]+\b")


def packages(text: str) -> set[str]:
    """The packages of libraries that a text names."""
    return set(LIBRARY_PACKAGES.findall(text))


def in_ci() -> set[str]:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    return packages(script.partition("debian_packages=(")[2].partition(")")[0])


@pytest.mark.parametrize("document", ["README.md", "docs/install.md"])
def test_the_documents_and_ci_install_the_same(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    documented = packages(text.partition("apt-get install --no-install-recommends")[2].partition("```")[0])
    assert documented | {"libwayland-cursor0"} == in_ci()


def test_no_package_is_installed_that_nothing_names() -> None:
    assert in_ci() - {"libgomp1"} <= {*(ALWAYS_NEEDED | NEEDED_ON_X11 | NEEDED_ON_WAYLAND).values()}
