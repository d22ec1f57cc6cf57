"""Whether this machine can show a window, asked before Qt is: Qt ends the process when it cannot."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import sys
from pathlib import Path

# The Debian package of each library that Qt's window or the embedded model needs and a bare system lacks.
DEBIAN_PACKAGES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libbrotlidec.so.1": "libbrotli1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libgomp.so.1": "libgomp1",
}
ALL_PACKAGES = (
    "libgl1 libegl1 libglib2.0-0 libxkbcommon0 libfontconfig1 libdbus-1-3 libxcb-cursor0 libxcb-icccm4 libxcb-image0 "
    "libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-sync1 libxcb-xfixes0 libxcb-xkb1 "
    "libxkbcommon-x11-0 libx11-xcb1 libgomp1 fonts-dejavu-core"
)
_MISSING = re.compile(r"(lib[\w.+-]+\.so[\w.]*): cannot open shared object")


def missing_for_a_window() -> str | None:
    """Why no window can be shown here, and what to do; None where nothing is missing."""
    try:
        import PySide6.QtNetwork
        import PySide6.QtSvg
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        return explain_import_error(str(error))
    if not sys.platform.startswith("linux"):
        return None
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0].partition(";")[0]
    if platform in ("offscreen", "minimal", "vnc"):
        return None
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return (
            "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set. Start the program in a desktop session, "
            "or on a virtual display: apt-get install xvfb xauth, then xvfb-run hitl-desktop. "
            "`hitl-desktop threads` lists the threads without one."
        )
    if platform == "wayland" or (not platform and not os.environ.get("DISPLAY")):
        return _missing_for_plugin("libqwayland.so")
    return _missing_for_plugin("libqxcb.so")


def explain_import_error(text: str) -> str:
    """What a failed import of PySide6 means: the package that holds the missing library."""
    found = _MISSING.search(text)
    if found is None:
        return f"PySide6 cannot be used on this machine: {text}"
    return _advise(found[1])


def _missing_for_plugin(name: str) -> str | None:
    """What the platform plugin of this name cannot find; Qt itself would abort without saying it."""
    spec = importlib.util.find_spec("PySide6")
    folder = Path(spec.origin).parent if spec and spec.origin else Path()
    plugin = folder / "Qt" / "plugins" / "platforms" / name
    if not plugin.exists():
        return None
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return explain_import_error(str(error))
    return None


def _advise(library: str) -> str:
    package = DEBIAN_PACKAGES.get(library)
    what = f"the system library {library} is missing"
    if package is None:
        return f"{what}. Install the package that holds it."
    return (
        f"{what}. On Debian or Ubuntu: apt-get install {package} (all that is needed: apt-get install {ALL_PACKAGES})"
    )
