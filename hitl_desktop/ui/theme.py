"""The look of the window: light and dark palettes, the style sheet, colours with a meaning, and fonts."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import Final, Literal, TypeAlias

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from hitl_desktop.core.threads import ThreadState
from hitl_desktop.locations import resources

ThemeChoice: TypeAlias = Literal["system", "light", "dark"]
Kind: TypeAlias = Literal["primary", "danger", "plain", "card", "notice", "problem", "muted", "pane", "current", "bar"]

SPACE: Final = 8
"""The grid of the window in logical pixels: gaps and margins are this, or half or twice as much."""

_Role = QPalette.ColorRole
_Group = QPalette.ColorGroup


@dataclass(frozen=True, slots=True)
class _Colors:
    """The colours of one theme, as ``#rrggbb``."""

    window: str
    base: str
    alternate: str
    button: str
    border: str
    scroll: str
    text: str
    muted: str
    disabled: str
    accent: str
    highlight: str
    highlighted_text: str
    highlight_ring: str
    link_visited: str
    tooltip: str
    tooltip_text: str
    danger: str
    states: dict[ThreadState, str]


_LIGHT: Final = _Colors(
    window="#f4f5f7",
    base="#ffffff",
    alternate="#f0f2f5",
    button="#ffffff",
    border="#d2d7de",
    scroll="#b4bcc8",
    text="#1c2330",
    muted="#596170",
    disabled="#9aa1ad",
    accent="#2457c5",
    highlight="#2457c5",
    highlighted_text="#ffffff",
    highlight_ring="#000000",
    link_visited="#6b3fa0",
    tooltip="#1c2330",
    tooltip_text="#f4f5f7",
    danger="#b3261e",
    states={
        ThreadState.WAITING: "#8f4e00",
        ThreadState.BREAKPOINT: "#7535b5",
        ThreadState.NEEDS_REPAIR: "#a8350f",
        ThreadState.RUNNING: "#1f57c3",
        ThreadState.FAILED: "#b3261e",
        ThreadState.STOPPED: "#525a68",
        ThreadState.DONE: "#17693a",
    },
)
_DARK: Final = _Colors(
    window="#1d2026",
    base="#16181d",
    alternate="#20242b",
    button="#2a2e36",
    border="#3b414c",
    scroll="#555d6b",
    text="#e3e6ec",
    muted="#a2aab7",
    disabled="#6b7380",
    accent="#7aa7ff",
    highlight="#315fb8",
    highlighted_text="#ffffff",
    highlight_ring="#e3e6ec",
    link_visited="#c4a1f5",
    tooltip="#343a45",
    tooltip_text="#f0f2f6",
    danger="#ff8f87",
    states={
        ThreadState.WAITING: "#f3b55a",
        ThreadState.BREAKPOINT: "#cda4ff",
        ThreadState.NEEDS_REPAIR: "#ff9e70",
        ThreadState.RUNNING: "#83b4ff",
        ThreadState.FAILED: "#ff8f87",
        ThreadState.STOPPED: "#aab2bf",
        ThreadState.DONE: "#76d097",
    },
)


def apply_theme(app: QApplication, choice: ThemeChoice) -> None:
    """Give the whole program its look. "system" follows the desktop, also later; where that says nothing, light."""
    follower = app.findChild(_SystemFollower)
    if follower is None:
        follower = _SystemFollower(app)
    follower.choose(choice)


def make_palette(*, dark: bool) -> QPalette:
    """The light or the dark palette: every role, in the active, inactive and disabled group."""
    colors = _DARK if dark else _LIGHT
    border = QColor(colors.border)
    roles: dict[QPalette.ColorRole, str | QColor] = {
        _Role.Window: colors.window,
        _Role.WindowText: colors.text,
        _Role.Base: colors.base,
        _Role.AlternateBase: colors.alternate,
        _Role.Text: colors.text,
        _Role.PlaceholderText: colors.muted,
        _Role.Button: colors.button,
        _Role.ButtonText: colors.text,
        _Role.BrightText: colors.danger,
        _Role.ToolTipBase: colors.tooltip,
        _Role.ToolTipText: colors.tooltip_text,
        _Role.Highlight: colors.highlight,
        _Role.HighlightedText: colors.highlighted_text,
        _Role.Accent: colors.accent,
        _Role.Link: colors.accent,
        _Role.LinkVisited: colors.link_visited,
        _Role.Light: colors.alternate,
        _Role.Midlight: blend(QColor(colors.window), border, 0.5),
        _Role.Mid: border,
        _Role.Dark: colors.scroll,
        _Role.Shadow: "#000000",
    }
    palette = QPalette()
    for role, color in roles.items():
        palette.setColor(_Group.All, role, QColor(color))
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText, _Role.PlaceholderText, _Role.Link):
        palette.setColor(_Group.Disabled, role, QColor(colors.disabled))
    palette.setColor(_Group.Disabled, _Role.Base, QColor(colors.window))
    palette.setColor(_Group.Disabled, _Role.Button, QColor(colors.window))
    palette.setColor(_Group.Disabled, _Role.Highlight, border)
    palette.setColor(_Group.Disabled, _Role.HighlightedText, QColor(colors.muted))
    palette.setColor(_Group.Disabled, _Role.Accent, QColor(colors.disabled))
    return palette


def style_sheet(*, dark: bool) -> str:
    """The style sheet of the program in the colours of one theme. Raises `OSError` where its file is missing."""
    colors = _DARK if dark else _LIGHT
    base, highlight, danger = QColor(colors.base), QColor(colors.highlight), QColor(colors.danger)
    text, button, folder = QColor(colors.text), QColor(colors.button), resources() / "theme"
    side = "dark" if dark else "light"
    values = {name: value for name in colors.__slots__ if isinstance(value := getattr(colors, name), str)}
    values |= {
        "hover": blend(button, text, 0.07).name(),
        "pressed": blend(button, text, 0.14).name(),
        "selection": selection_color(make_palette(dark=dark)).name(),
        "highlight_hover": blend(highlight, text, 0.12).name(),
        "highlight_pressed": blend(highlight, text, 0.24).name(),
        "danger_hover": blend(base, danger, 0.12).name(),
        "danger_tint": blend(base, danger, 0.07).name(),
        "arrow_down": (folder / f"arrow-down-{side}.svg").as_posix(),
        "check": (folder / "check.svg").as_posix(),
        "check_some": (folder / "check-some.svg").as_posix(),
        "arrow_up": (folder / f"arrow-up-{side}.svg").as_posix(),
    }
    return Template((folder / "theme.qss").read_text(encoding="utf-8")).substitute(values)


def is_dark(palette: QPalette) -> bool:
    """Whether the palette shows light text on a dark ground."""
    return palette.color(_Role.Base).lightness() < palette.color(_Role.Text).lightness()


def state_color(state: ThreadState, palette: QPalette) -> QColor:
    """The colour of a thread's state, readable (4.5 to 1) on every ground of that palette, a selected row's too."""
    return QColor((_DARK if is_dark(palette) else _LIGHT).states[state])


def danger_color(palette: QPalette) -> QColor:
    """The colour of what went wrong and of what cannot be taken back."""
    return QColor((_DARK if is_dark(palette) else _LIGHT).danger)


def selection_color(palette: QPalette) -> QColor:
    """The ground of a selected row: a tint, on which text and state keep their own colours."""
    return blend(palette.color(_Role.Base), palette.color(_Role.Accent), 0.16)


def blend(ground: QColor, color: QColor, share: float) -> QColor:
    """The colour between the two that has `share` (0 to 1) of the second."""
    parts = ((ground.red(), color.red()), (ground.green(), color.green()), (ground.blue(), color.blue()))
    return QColor(*(round(first + (second - first) * share) for first, second in parts))


def contrast(first: QColor, second: QColor) -> float:
    """How well two colours are told apart, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def scaled_font(font: QFont, factor: float = 1.0, *, bold: bool = False) -> QFont:
    """The font, larger or smaller by a factor, so that a user's own font size is kept in proportion."""
    scaled = QFont(font)
    if font.pointSizeF() > 0:
        scaled.setPointSizeF(font.pointSizeF() * factor)
    else:
        scaled.setPixelSize(max(1, round(font.pixelSize() * factor)))
    if bold:
        scaled.setWeight(QFont.Weight.DemiBold)
    return scaled


def fixed_font(font: QFont) -> QFont:
    """The system's font of equal widths, as large as the given one."""
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    if font.pointSizeF() > 0:
        fixed.setPointSizeF(font.pointSizeF())
    else:
        fixed.setPixelSize(font.pixelSize())
    return fixed


def set_kind(widget: QWidget, kind: Kind | None) -> None:
    """Give a button, frame or label the look of its kind (see ``theme.qss``), also while it is shown."""
    if widget.property("kind") == kind:
        return
    widget.setProperty("kind", kind)
    # A style sheet reads properties only when it is applied.
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _luminance(color: QColor) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF())


class _SystemFollower(QObject):
    """Applies the chosen theme, and anew when the desktop changes between light and dark."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app, self._shown = app, ""
        self._choice: ThemeChoice = "system"
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)

    def choose(self, choice: ThemeChoice) -> None:
        self._choice = choice
        self._on_scheme_changed(self._app.styleHints().colorScheme())

    def _on_scheme_changed(self, scheme: Qt.ColorScheme) -> None:
        # The scheme is Unknown on bare X11 and offscreen (Qt 6.11).
        dark = self._choice == "dark" or (self._choice == "system" and scheme == Qt.ColorScheme.Dark)
        if self._shown == (shown := "dark" if dark else "light"):
            return
        self._shown = shown
        # The palette first: the style sheet mixes it into every widget when it is set.
        self._app.setPalette(make_palette(dark=dark))
        self._app.setStyleSheet(style_sheet(dark=dark))
