from __future__ import annotations

from itertools import product
from typing import get_args

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from hitl_desktop.core.events import RunEvent
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.locations import resources
from hitl_desktop.ui import theme
from hitl_desktop.ui.icons import EVENT_ICONS, STATE_ICONS, icon, pixmap, set_icon, window_icon

_ROLES = [role for role in QPalette.ColorRole if role not in (role.NoRole, role.NColorRoles)]
_GROUPS = (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive, QPalette.ColorGroup.Disabled)


def _grounds(palette: QPalette) -> list[QColor]:
    roles = (palette.ColorRole.Base, palette.ColorRole.AlternateBase, palette.ColorRole.Window)
    return [palette.color(role) for role in roles] + [theme.selection_color(palette)]


def _colors_in(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x, y in product(range(image.width()), range(image.height()))}


@pytest.mark.parametrize("dark", [False, True])
def test_palette_leaves_no_color_to_chance(qapp: QApplication, dark: bool) -> None:
    palette = theme.make_palette(dark=dark)
    unset = [(group, role) for group, role in product(_GROUPS, _ROLES) if not palette.isBrushSet(group, role)]
    assert unset == []
    assert theme.is_dark(palette) is dark


@pytest.mark.parametrize("dark", [False, True])
def test_text_can_be_read_on_every_ground(qapp: QApplication, dark: bool) -> None:
    palette = theme.make_palette(dark=dark)
    role = palette.ColorRole
    roles = (role.Text, role.WindowText, role.PlaceholderText, role.Link)
    texts = [palette.color(each) for each in roles]
    texts += [theme.state_color(state, palette) for state in ThreadState] + [theme.danger_color(palette)]
    for text, ground in product(texts, _grounds(palette)):
        assert theme.contrast(text, ground) >= 4.5, (text.name(), ground.name())
    for above, below in ((role.HighlightedText, role.Highlight), (role.ToolTipText, role.ToolTipBase)):
        assert theme.contrast(palette.color(above), palette.color(below)) >= 4.5
    # The focus ring is no text: WCAG 2.2 asks for 3 to 1 (1.4.11).
    assert all(theme.contrast(palette.color(role.Accent), ground) >= 3 for ground in _grounds(palette))


def test_contrast_of_known_colors() -> None:
    assert theme.contrast(QColor("white"), QColor("black")) == pytest.approx(21)
    assert theme.contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.01)


def test_states_differ_in_color_and_icon(qapp: QApplication) -> None:
    assert set(STATE_ICONS) == set(ThreadState)
    assert len(set(STATE_ICONS.values())) == len(ThreadState)
    for dark in (False, True):
        colors = {theme.state_color(state, theme.make_palette(dark=dark)).name() for state in ThreadState}
        assert len(colors) == len(ThreadState)


def test_every_event_has_an_icon() -> None:
    assert set(EVENT_ICONS) == set(get_args(RunEvent))


@pytest.mark.parametrize("name", sorted(path.stem for path in (resources() / "icons").glob("*.svg")))
def test_every_icon_is_drawn_in_the_wanted_color(qapp: QApplication, name: str) -> None:
    image = pixmap(name, QColor("#2457c5"), 32).toImage()
    assert image.pixelColor(0, 0).alpha() == 0, "no ground"
    assert "#2457c5" in _colors_in(image)


@pytest.mark.parametrize("name", sorted({*STATE_ICONS.values(), *EVENT_ICONS.values()}))
def test_icons_of_the_tables_exist(qapp: QApplication, name: str) -> None:
    assert not icon(name, QColor("black")).isNull()


def test_unknown_icon_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(KeyError, match="no-such-icon"):
        icon("no-such-icon", QColor("black"))


def test_pixmap_on_a_fine_screen_has_more_pixels(qapp: QApplication) -> None:
    fine = pixmap("done", QColor("black"), 16, 2.0)
    assert (fine.width(), fine.devicePixelRatio()) == (32, 2.0)
    assert fine.deviceIndependentSize().width() == 16


def test_window_icon_keeps_its_own_colors(qapp: QApplication) -> None:
    assert "#2457c5" in _colors_in(window_icon().pixmap(48, 48).toImage())


def test_icon_of_a_palette_is_paler_when_disabled(qapp: QApplication) -> None:
    palette = theme.make_palette(dark=False)
    shown = icon("stop", palette)
    disabled = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText).name()
    assert disabled in _colors_in(shown.pixmap(16, 16, QIcon.Mode.Disabled).toImage())
    assert disabled not in _colors_in(shown.pixmap(16, 16, QIcon.Mode.Normal).toImage())


def test_button_icon_follows_the_theme(qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply_theme(qapp, "light")
    button = QPushButton()
    qtbot.addWidget(button)
    set_icon(button, "settings")
    set_icon(button, "stop")
    theme.apply_theme(qapp, "dark")
    text = theme.make_palette(dark=True).color(QPalette.ColorRole.ButtonText).name()
    assert text in _colors_in(button.icon().pixmap(16, 16).toImage())


def test_system_theme_follows_the_desktop(qapp: QApplication) -> None:
    theme.apply_theme(qapp, "system")
    assert not theme.is_dark(qapp.palette()), "light where the desktop says nothing"
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.is_dark(qapp.palette())
    theme.apply_theme(qapp, "light")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert not theme.is_dark(qapp.palette()), "the user's own choice stays"
    qapp.setStyleSheet("")  # which wraps the style in its own
    assert qapp.style().name() == "fusion"


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_focus_is_seen_on_every_kind_of_control(qapp: QApplication, qtbot: QtBot, choice: theme.ThemeChoice) -> None:
    theme.apply_theme(qapp, choice)
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    controls: list[QWidget] = [
        QPushButton("Plain"),
        QPushButton("Send"),
        QPushButton("Reject"),
        QPushButton("More"),
        QLineEdit("x"),
    ]
    controls += [QCheckBox("Check"), QRadioButton("Choose"), QComboBox(), QSpinBox(), QPlainTextEdit()]
    kinds: tuple[theme.Kind | None, ...] = (None, "primary", "danger", "plain", *(None,) * 6)
    for control, kind in zip(controls, kinds, strict=True):
        layout.addWidget(control)
        theme.set_kind(control, kind)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    sizes = [control.sizeHint() for control in controls]
    for control in controls:
        control.setFocus()
        focused = control.grab().toImage()
        control.clearFocus()
        unfocused = control.grab().toImage()
        middle = focused.width() // 2
        changes = [theme.contrast(focused.pixelColor(middle, y), unfocused.pixelColor(middle, y)) for y in (0, 1)]
        assert max(changes) >= 3, (choice, type(control), control.property("kind"))
    assert [control.sizeHint() for control in controls] == sizes, "nothing moves"


@pytest.mark.parametrize("choice", get_args(theme.ThemeChoice)[1:])
@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.parametrize("entries", [1, 2, 3, 12])
def test_list_of_choices_shows_each_entry_whole(
    qapp: QApplication, qtbot: QtBot, choice: theme.ThemeChoice, entries: int
) -> None:
    theme.apply_theme(qapp, choice)
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(400, 500)
    combo = QComboBox(page)
    combo.addItems([f"needs_revision {number}" for number in range(entries)])
    page.show()
    combo.showPopup()
    view = combo.view()
    qtbot.waitUntil(view.isVisible)
    room, scroll = view.viewport().rect(), view.verticalScrollBar()
    shown = entries - scroll.maximum()
    assert shown == min(entries, combo.maxVisibleItems())
    assert room.height() >= shown * view.visualRect(view.model().index(0, 0)).height()
    last = view.model().index(shown - 1, 0)
    assert room.contains(view.visualRect(last)), "a list that begins above its field hides its end behind an arrow"
    combo.hidePopup()


def test_kind_changes_the_look_at_once(qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply_theme(qapp, "light")
    button = QPushButton("Send")
    qtbot.addWidget(button)
    button.show()
    theme.set_kind(button, "primary")
    assert "#2457c5" in _colors_in(button.grab().toImage())
    theme.set_kind(button, None)
    assert "#2457c5" not in _colors_in(button.grab().toImage())


def test_fonts_stay_in_proportion(qapp: QApplication) -> None:
    font = qapp.font()
    font.setPointSizeF(20)
    assert theme.scaled_font(font, 0.9).pointSizeF() == pytest.approx(18)
    assert theme.scaled_font(font, bold=True).bold() or theme.scaled_font(font, bold=True).weight() > 500
    assert theme.fixed_font(font).pointSizeF() == pytest.approx(20)
    font.setPixelSize(30)
    assert theme.scaled_font(font, 0.5).pixelSize() == 15
    assert theme.fixed_font(font).pixelSize() == 30
