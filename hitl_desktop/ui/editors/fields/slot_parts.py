"""What stands around the field of a slot: the label with its buttons, and the line of a value that is not there."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors.fields.base import Place, is_present
from hitl_desktop.ui.editors.fields.schema_parts import plainly
from hitl_desktop.ui.editors.marks import AccentLabel, FlatButton, Mark
from hitl_desktop.ui.editors.undo_keys import leave_undo
from hitl_desktop.ui.plain_text import PlainLabel, from_visible, plain_tooltip, spell_hidden, visible

_TITLE_WIDTH = 300
"""Pixels that a title has at least, if it is so long; where there is no room for more its words are wrapped."""


class SlotHeader(QWidget):
    """The label of a field, whether it is required and changed, and the buttons that reset it and leave it out.

    What most fields do not show is made when it is needed: a form has hundreds of these.

    Signals:
        reset_requested(): the person wants the proposed value back.
        remove_requested(): the person wants this left out.
        rename_requested(str): the person wants this to have another name.
    """

    reset_requested = Signal()
    remove_requested = Signal()
    rename_requested = Signal(str)

    def __init__(self, place: Place, *, required: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._place = place
        self._title = _Title(place.title, self)
        self._changed: tuple[Mark, AccentLabel, FlatButton] | None = None
        self._remove: FlatButton | None = None
        self._rename: FlatButton | None = None
        self._name: _NameLine | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._row.addStrut(self.fontMetrics().height() + 8)
        self._row.addWidget(self._title)
        if required:
            star = AccentLabel("*", "error", self)
            star.setToolTip("Required")
            star.setAccessibleName("Required")
            self._row.addWidget(star)
        self._row.addStretch(1)
        self.set_place(place)

    def show_changed(self, changed: bool, start: Json, *, resettable: bool) -> None:
        """Show whether the value differs from what was proposed, and offer to go back."""
        if self._changed is None and not changed:
            return
        if self._changed is None:
            reset = FlatButton("Reset", "Go back to what was proposed (Alt+Backspace in the field)", self)
            reset.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Tab goes from what was typed to the next field
            reset.clicked.connect(self.reset_requested)
            self._changed = (Mark("changed", self), AccentLabel("Changed", "changed", self), reset)
            for position, part in enumerate(self._changed):
                self._row.insertWidget(self._row.count() - len(self._last_buttons()), part)
                part.setVisible(position < 2)
            self.set_place(self._place)
        dot, words, reset = self._changed
        dot.setVisible(changed)
        words.setVisible(changed)
        reset.setVisible(changed and resettable)
        words.setToolTip(f"Proposed: {plainly(start, 1000)}" if is_present(start) else "Proposed: not set")

    def show_remove(self, removable: bool) -> None:
        """Offer to leave the value out."""
        if self._remove is None and removable:
            self._remove = FlatButton("Remove", "Leave this out", self)
            self._remove.clicked.connect(self.remove_requested)
            self._row.addWidget(self._remove)
            self.set_place(self._place)
        if self._remove is not None:
            self._remove.setVisible(removable)

    def show_rename(self, can: bool) -> None:
        """Offer to give the value another name."""
        if self._rename is None and can:
            self._rename = FlatButton("Rename", "Give this another name", self)
            self._rename.clicked.connect(self._ask_name)
            self._row.insertWidget(self._row.count() - (self._remove is not None), self._rename)
            self.set_place(self._place)
        if self._rename is not None:
            self._rename.setVisible(can)

    def _last_buttons(self) -> list[FlatButton]:
        return [button for button in (self._rename, self._remove) if button is not None]

    def _ask_name(self) -> None:
        if self._name is None:
            self._name = _NameLine(self)
            self._name.setAccessibleName(f"Another name for {self._place.title}")
            self._name.setObjectName(f"name:{self._place.name}")
            self._name.editingFinished.connect(self._on_named)
            leave_undo(self._name)
            self._row.insertWidget(0, self._name, 1)
        self._name.begin(spell_hidden(str(self._place.path[-1])))
        self._title.hide()
        self._name.show()
        self._name.setFocus()
        self._name.selectAll()

    def _on_named(self) -> None:
        """Enter, or leaving the line, gives the name."""
        if self._name is None or self._name.isHidden():
            return
        name = from_visible(self._name.text())
        self._name.hide()
        self._title.show()
        if self._rename is not None and self._name.hasFocus():
            self._rename.setFocus()
        if name != self._place.path[-1]:
            self.rename_requested.emit(name)

    def set_place(self, place: Place) -> None:
        """Name the parts after the place."""
        if place.title != self._place.title:
            self._title.setText(place.title)
        self._place = place
        self._title.setToolTip(place.name)
        if self._rename is not None:
            self._rename.setObjectName(f"rename:{place.name}")
            self._rename.setAccessibleName(f"Rename {place.title}")
        if self._changed is not None:
            self._changed[2].setObjectName(f"reset:{place.name}")
            self._changed[2].setAccessibleName(f"Reset {place.title}")
        if self._remove is not None:
            self._remove.setObjectName(f"remove:{place.name}")
            words = f"Leave {_quoted(place.title)} out"
            self._remove.setToolTip(plain_tooltip(words))
            self._remove.setAccessibleName(words)


def _quoted(title: str) -> str:
    """The title in quotation marks; a name that cannot be seen has them already."""
    return visible(title) if title.startswith("“") else f"“{visible(title)}”"


class _NameLine(QLineEdit):
    """Where a name is typed; Escape leaves it as it was."""

    def begin(self, name: str) -> None:
        self._before = name
        self.setMaxLength(2**31 - 1)
        self.setText(name)

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._before)
            self.editingFinished.emit()
        else:
            super().keyPressEvent(event)


class AbsentRow(QWidget):
    """Says that there is no value, and offers to add one.

    Signals:
        add_requested(): the person wants a value here.
    """

    add_requested = Signal()

    def __init__(self, place: Place, hint: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = AccentLabel(f"Not set · {hint}" if hint else "Not set", "muted", self)
        self.button = FlatButton("+ Add", "Add a value here", self)
        self.button.clicked.connect(self.add_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self.setFocusProxy(self.button)
        self.set_place(place)

    def set_place(self, place: Place) -> None:
        """Name the button after the place."""
        self.button.setObjectName(f"add:{place.name}")
        self.button.setAccessibleName(f"Add {place.title}")


class _Title(PlainLabel):
    """A title that stands on one line where there is room: a `QLabel` that may be wrapped asks for little width."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__("", parent, selectable=False)
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        self.setFont(font)
        self.setText(text)

    # Qt overrides

    def setText(self, text: str) -> None:
        """Show another title, and ask for the width that it takes."""
        super().setText(text)
        self._width = self.fontMetrics().horizontalAdvance(self.text()) + 4
        self.setMinimumWidth(min(self._width, _TITLE_WIDTH))

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(self._width, self.fontMetrics().height())
