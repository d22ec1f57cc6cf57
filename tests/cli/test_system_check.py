from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from hitl_desktop.cli import system_check
from hitl_desktop.cli.system_check import (
    ALWAYS_NEEDED,
    NEEDED_ON_WAYLAND,
    NEEDED_ON_X11,
    QT_LIBRARIES,
    missing_for_a_window,
)
from tests.cli.qt_files import ABSENT, QT, all_needed, qt_without
from tests.cli.system_libraries import needs
from tests.cli.x_server import XServer, write_authority, x_server

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux leaves Qt's libraries to us")

OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}
DPKG = Path("/var/lib/dpkg/info")
NOWHERE = {"DISPLAY": ":64321"}
C_LIBRARY = {"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "libresolv.so.2", "ld-linux-x86-64.so.2"}

EVERYWHERE = ALWAYS_NEEDED | NEEDED_ON_X11 | NEEDED_ON_WAYLAND
CASES = [
    *((library, package, "offscreen") for library, package in ALWAYS_NEEDED.items()),
    *((library, package, "xcb") for library, package in NEEDED_ON_X11.items()),
    *((library, package, "wayland") for library, package in NEEDED_ON_WAYLAND.items()),
]

# A process of its own: a library that is loaded once stays, and would stand in for the one that lacks something.
# The file is run by its path, because the package around it takes longer to import than all of this.
ASK = f"""
import json, runpy, sys
from pathlib import Path
file, library, folder, environ = sys.argv[1:]
check = runpy.run_path(file)
for name in ("ALWAYS_NEEDED", "NEEDED_ON_X11", "NEEDED_ON_WAYLAND"):
    if library in check[name]:
        check[name][library[:-1] + {ABSENT!r}] = check[name].pop(library)
print(check["missing_for_a_window"](json.loads(environ), Path(folder)))
"""


def ask(library: str, qt: Path, environ: Mapping[str, str]) -> str:
    command = [sys.executable, "-S", "-c", ASK, system_check.__file__, library, str(qt), json.dumps(environ)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[XServer]:
    needs(NEEDED_ON_X11)
    with x_server(tmp_path_factory.mktemp("x")) as running:
        yield running


@pytest.mark.parametrize(("library", "package", "platform"), CASES)
def test_the_package_of_a_missing_library_is_named(library: str, package: str, platform: str, tmp_path: Path) -> None:
    environ = {"QT_QPA_PLATFORM": platform} | NOWHERE
    answer = ask(library, qt_without(library, tmp_path), environ)
    found = re.fullmatch(
        r"Qt lacks system libraries\. On Debian or Ubuntu: apt-get install (.+)\. Missing: (.+)\.", answer
    )
    assert found, answer
    assert package in found[1].split()
    assert library[:-1] + ABSENT in found[2].split(", ")
    assert library not in found[2].split(", ")


def test_debian_has_each_library_in_that_package() -> None:
    folders = list(Path("/usr/lib").glob("*-linux-gnu"))
    if not DPKG.exists():
        pytest.skip("this is not Debian")
    for library, package in EVERYWHERE.items():
        # Since Debian 13 some names end in t64; the old name still installs them.
        contents = [*DPKG.glob(f"{package}:*.list"), *DPKG.glob(f"{package}t64:*.list")]
        held = {Path(line).name for file in contents for line in file.read_text().splitlines()}
        installed = any((folder / library).exists() for folder in folders)
        assert (library in held) == installed, f"{library} is not in {package}"


def test_every_library_that_qt_names_has_a_package() -> None:
    plugins = QT / "plugins" / "platforms"
    files = [QT / "lib" / name for name in QT_LIBRARIES] + [plugins / "libqxcb.so", plugins / "libqwayland.so"]
    outside = all_needed(files) - C_LIBRARY
    assert outside == EVERYWHERE.keys()


def test_a_library_without_a_known_package_is_named_all_the_same(tmp_path: Path) -> None:
    qt = qt_without("libm.so.6", tmp_path)
    answer = ask("libm.so.6", qt, OFFSCREEN)
    assert answer == "Qt lacks system libraries. Install the package that holds libm.so.Z. Missing: libm.so.Z."


def test_all_that_is_missing_is_named_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ALWAYS_NEEDED, "libnowhere.so.1", "libnowhere1")
    monkeypatch.setitem(ALWAYS_NEEDED, "libneither.so.2", "libneither2")
    answer = missing_for_a_window(OFFSCREEN, qt_without("libm.so.6", tmp_path))
    assert answer is not None
    assert "apt-get install libneither2 libnowhere1. Install the package that holds libm.so.Z. " in answer
    assert answer.endswith("Missing: libnowhere.so.1, libneither.so.2, libm.so.Z.")


def test_nothing_is_missing_offscreen() -> None:
    assert missing_for_a_window(OFFSCREEN) is None


def test_no_display_at_all() -> None:
    answer = missing_for_a_window({})
    assert answer is not None
    assert answer.startswith("there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set.")
    assert "xvfb-run hitl-desktop" in answer


@pytest.mark.parametrize("display", [":64321", "nonsense", "localhost:4321.0"])
def test_a_display_where_nothing_answers(display: str) -> None:
    needs(NEEDED_ON_X11)
    answer = missing_for_a_window({"DISPLAY": display})
    assert answer is not None
    assert answer.startswith(f"the display “{display}”, which DISPLAY names, cannot be reached")


def test_a_display_that_answers(server: XServer) -> None:
    assert missing_for_a_window({"DISPLAY": server.display}) is None
    assert missing_for_a_window({"DISPLAY": f"{server.display}.0", "QT_QPA_PLATFORM": "xcb"}) is None


def test_a_display_that_lets_nobody_in(tmp_path: Path) -> None:
    needs(NEEDED_ON_X11)
    with x_server(tmp_path, write_authority(tmp_path / "authority")) as closed:
        answer = missing_for_a_window({"DISPLAY": closed.display})
    assert answer is not None
    assert "it lets in only another user" in answer


def test_a_compositor_that_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs(NEEDED_ON_WAYLAND)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind(str(tmp_path / "wayland-7"))
        compositor.listen()
        assert missing_for_a_window({"WAYLAND_DISPLAY": "wayland-7"}) is None
        assert missing_for_a_window({"WAYLAND_DISPLAY": "wayland-7", "QT_QPA_PLATFORM": "wayland-egl"}) is None


def test_a_compositor_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs(NEEDED_ON_WAYLAND)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    for environ in ({"WAYLAND_DISPLAY": "wayland-0"}, {"XDG_SESSION_TYPE": "wayland"}):
        answer = missing_for_a_window(environ)
        assert answer is not None
        assert answer.startswith("the display “wayland-0”, which WAYLAND_DISPLAY names, cannot be reached")


def test_x11_stands_in_for_a_compositor_that_is_gone(server: XServer) -> None:
    assert missing_for_a_window({"WAYLAND_DISPLAY": "wayland-64321", "DISPLAY": server.display}) is None
    asked = {"QT_QPA_PLATFORM": "wayland;xcb", "WAYLAND_DISPLAY": "wayland-64321", "DISPLAY": server.display}
    assert missing_for_a_window(asked) is None


def test_a_platform_that_qt_does_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = missing_for_a_window({"QT_QPA_PLATFORM": "directfb:x=1"})
    assert answer is not None
    assert answer.startswith("QT_QPA_PLATFORM names “directfb”, which Qt does not have. It has: ")
    assert ", offscreen, " in answer
