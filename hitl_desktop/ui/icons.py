"""The program's icons: line drawings in the colour that the text around them has."""

from __future__ import annotations

from functools import cache
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton

from hitl_desktop.core import events
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.locations import resources

STATE_ICONS: Final[dict[ThreadState, str]] = {
    ThreadState.WAITING: "waiting",
    ThreadState.BREAKPOINT: "breakpoint",
    ThreadState.NEEDS_REPAIR: "repair",
    ThreadState.RUNNING: "running",
    ThreadState.FAILED: "failed",
    ThreadState.STOPPED: "stopped",
    ThreadState.DONE: "done",
}

EVENT_ICONS: Final[dict[type[events.RunEvent], str]] = {
    events.RunStarted: "continue",
    events.NodeStarted: "node",
    events.NodeFinished: "done",
    events.NodeFailed: "failed",
    events.Token: "assistant",
    events.ToolCalled: "tool",
    events.ToolReturned: "result",
    events.Custom: "custom",
    events.RunEnded: "stop",
}

# Of icons in buttons and in headings, in logical pixels.
_SIZES = (16, 20)


def icon(name: str, color: QColor | QPalette) -> QIcon:
    """The icon `name` (a file of ``resources/icons`` without ``.svg``) in a colour, or as a palette's button text.

    With a palette, a disabled button shows it in the palette's disabled colour. Raises `KeyError` for a name
    that there is no icon of.
    """
    if isinstance(color, QColor):
        modes = {QIcon.Mode.Normal: color}
    else:
        modes = {
            QIcon.Mode.Normal: color.color(QPalette.ColorGroup.Active, QPalette.ColorRole.ButtonText),
            QIcon.Mode.Disabled: color.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText),
        }
    made = QIcon()
    application = QGuiApplication.instance()
    # That of the finest screen. Pixmaps for others as well would cost 0.1 ms an icon at the start.
    ratio = application.devicePixelRatio() if isinstance(application, QGuiApplication) else 1.0
    for mode, mode_color in modes.items():
        for size in _SIZES:
            made.addPixmap(pixmap(name, mode_color, size, ratio), mode)
    return made


def pixmap(name: str, color: QColor, size: int, ratio: float = 1.0) -> QPixmap:
    """The icon `name`, `size` logical pixels wide and high on a screen of that device pixel ratio.

    Cached, so that a row may ask at every paint. Raises `KeyError` for a name that there is no icon of.
    """
    source = _source(name)
    key = f"hitl:{name}:{color.rgba():x}:{size}:{ratio:g}"
    drawn = QPixmap()
    if QPixmapCache.find(key, drawn):
        return drawn
    drawn = QPixmap(round(size * ratio), round(size * ratio))
    drawn.fill(Qt.GlobalColor.transparent)
    # Qt draws `currentColor` black whatever the palette says.
    renderer = QSvgRenderer(source.replace(b"currentColor", color.name().encode()))
    painter = QPainter(drawn)
    painter.setOpacity(color.alphaF())
    renderer.render(painter)
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    QPixmapCache.insert(key, drawn)
    return drawn


def window_icon() -> QIcon:
    """The program's own mark, in its own colours."""
    made = QIcon()
    for size in (16, 24, 32, 48, 64, 128):
        made.addPixmap(pixmap("hitl-desktop", QColor("black"), size))
    return made


def set_icon(button: QAbstractButton, name: str, color: QColor | None = None) -> None:
    """Give the button an icon that follows its palette, so that it changes with the theme.

    A `color` keeps the icon in that colour. Raises `KeyError` for a name that there is no icon of.
    """
    follower = button.findChild(_Follower)
    if follower is None:
        follower = _Follower(button)
    follower.show_icon(name, color)


@cache
def _source(name: str) -> bytes:
    try:
        return (resources() / "icons" / f"{name}.svg").read_bytes()
    except FileNotFoundError:
        raise KeyError(f"There is no icon of the name {name!r}") from None


class _Follower(QObject):
    """Draws the icon of one button again when the button's palette changes."""

    def __init__(self, button: QAbstractButton) -> None:
        super().__init__(button)
        self._button, self._name = button, ""
        self._color: QColor | None = None
        button.installEventFilter(self)

    def show_icon(self, name: str, color: QColor | None) -> None:
        self._name, self._color = name, color
        self._draw()

    def _draw(self) -> None:
        self._button.setIcon(icon(self._name, self._color or self._button.palette()))

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._draw()
        return False
