"""Whether this machine can show a window, asked before Qt is: Qt ends the process when it cannot.

Nothing here imports Qt. Its libraries are loaded as Qt would load them, so that the system names what it lacks.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

# The system libraries that Qt's own name (`readelf -d`, PySide6-Essentials 6.11.3), each with its Debian package.
ALWAYS_NEEDED = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libX11.so.6": "libx11-6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libbrotlidec.so.1": "libbrotli1",
    "libbrotlicommon.so.1": "libbrotli1",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libzstd.so.1": "libzstd1",
    "libz.so.1": "zlib1g",
    "libstdc++.so.6": "libstdc++6",
    "libgcc_s.so.1": "libgcc-s1",
}
NEEDED_ON_X11 = {
    "libxcb.so.1": "libxcb1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
NEEDED_ON_WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}

# What the window imports; these load all others of Qt that it needs, but the platform plugin.
QT_LIBRARIES = ("libQt6Widgets.so.6", "libQt6Svg.so.6", "libQt6Network.so.6")
_MISSING = re.compile(r"(lib[\w.+-]+\.so[\w.]*): cannot open shared object")
_START_ELSEWHERE = (
    "Start the program in a desktop session, or on a virtual display: apt-get install xvfb xauth, "
    "then xvfb-run hitl-desktop. `hitl-desktop threads` lists the threads without a display."
)


def missing_for_a_window(environ: Mapping[str, str] = os.environ, qt: Path | None = None) -> str | None:
    """Why no window can be shown here, and what to do; None where nothing is missing.

    `environ` holds the variables that choose the display. Connects to it, as Qt will, and leaves it again.
    `qt` is the folder with Qt's `lib` and `plugins`, by default the one inside PySide6.
    """
    qt = qt or _qt_of_pyside()
    if qt is None:
        return "PySide6 is not installed. Install it with: pip install PySide6-Essentials"
    if not sys.platform.startswith("linux") or not (qt / "lib").is_dir():
        return None  # what the wheel or the system's own package brings is complete there
    platforms = _platforms(environ)
    for library in QT_LIBRARIES:
        if error := _load_error(qt / "lib" / library):
            return _advise(error, _needed_by(platforms[0]))
    # Qt tries one after the other, and ends the process when none works.
    reasons = [_missing_for_platform(qt, platform, environ) for platform in platforms]
    return None if None in reasons else reasons[0]


def _qt_of_pyside() -> Path | None:
    spec = importlib.util.find_spec("PySide6")
    return Path(spec.origin).parent / "Qt" if spec and spec.origin else None


def _platforms(environ: Mapping[str, str]) -> list[str]:
    """The platforms that Qt will try, in its order: those asked for, else those that the session offers.

    As `QGuiApplicationPrivate::createPlatformIntegration` does; the part after a colon holds a platform's options.
    """
    if asked := environ.get("QT_QPA_PLATFORM"):
        return [name.partition(":")[0] for name in asked.split(";")]
    offered = []
    if environ.get("WAYLAND_DISPLAY") or environ.get("XDG_SESSION_TYPE") == "wayland":
        offered.append("wayland")
    if environ.get("DISPLAY") or not offered:
        offered.append("xcb")
    return offered


def _missing_for_platform(qt: Path, platform: str, environ: Mapping[str, str]) -> str | None:
    family = platform.partition("-")[0]  # wayland-egl is in the plugin of wayland
    plugin = qt / "plugins" / "platforms" / f"libq{family}.so"
    if not plugin.exists():
        if environ.get("QT_QPA_PLATFORM_PLUGIN_PATH"):
            return None  # only Qt knows what is there
        known = sorted(each.stem.removeprefix("libq") for each in plugin.parent.glob("libq*.so"))
        return f"QT_QPA_PLATFORM names “{platform}”, which Qt does not have. It has: {', '.join(known)}."
    if family == "xcb" and not environ.get("DISPLAY"):
        return f"there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set. {_START_ELSEWHERE}"
    if error := _load_error(plugin):
        return _advise(error, _needed_by(family))
    if family == "xcb" and not _x11_answers(environ["DISPLAY"]):
        return _unreachable("DISPLAY", environ["DISPLAY"])
    if family == "wayland" and "WAYLAND_SOCKET" not in environ and not _wayland_answers(environ):
        return _unreachable("WAYLAND_DISPLAY", environ.get("WAYLAND_DISPLAY", "wayland-0"))
    return None


def _load_error(library: Path) -> str | None:
    try:
        ctypes.CDLL(str(library))
    except OSError as error:
        return str(error)
    return None


def _needed_by(platform: str) -> dict[str, str]:
    """The Debian package of each system library that a window on this platform needs."""
    own = {"xcb": NEEDED_ON_X11, "wayland": NEEDED_ON_WAYLAND}.get(platform.partition("-")[0], {})
    return ALWAYS_NEEDED | own


def _advise(error: str, needed: Mapping[str, str]) -> str:
    """What to install after a library failed to load with this text: all that is missing, not only the first."""
    found = _MISSING.search(error)
    if found is None:
        return f"Qt cannot be used on this machine: {error}"
    missing = [library for library in needed if _load_error(Path(library))]
    if found[1] not in missing:
        missing.append(found[1])
    packages = sorted({needed[library] for library in missing if library in needed})
    advice = [f"On Debian or Ubuntu: apt-get install {' '.join(packages)}"] if packages else []
    if unknown := [library for library in missing if library not in needed]:
        advice.append(f"Install the package that holds {', '.join(unknown)}")
    return f"Qt lacks system libraries. {'. '.join(advice)}. Missing: {', '.join(missing)}."


def _x11_answers(display: str) -> bool:
    """Whether the X server lets this process in, by the library that Qt uses: it knows all forms of DISPLAY."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    for function in (xcb.xcb_connection_has_error, xcb.xcb_disconnect):
        function.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    error: int = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return error == 0


def _wayland_answers(environ: Mapping[str, str]) -> bool:
    """Whether the compositor's socket takes connections, by the library that Qt uses."""
    wayland = ctypes.CDLL("libwayland-client.so.0")
    wayland.wl_display_connect.restype = ctypes.c_void_p
    wayland.wl_display_disconnect.argtypes = [ctypes.c_void_p]
    name = environ.get("WAYLAND_DISPLAY")
    display = wayland.wl_display_connect(name.encode() if name else None)
    if display is None:
        return False
    wayland.wl_display_disconnect(display)
    return True


def _unreachable(variable: str, value: str) -> str:
    return (
        f"the display “{value}”, which {variable} names, cannot be reached: nothing answers there, or it lets in "
        f"only another user. {_START_ELSEWHERE}"
    )
