"""Values to choose from: yes or no, one of several, some of several, or the only one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from hitl_desktop.core.schema import JsonSchema, Path
from hitl_desktop.core.values import Json, same
from hitl_desktop.ui.editors.fields.base import ABSENT, Field, Place, QuietComboBox
from hitl_desktop.ui.editors.fields.schema_parts import choices, item_schema, plainly
from hitl_desktop.ui.editors.marks import AccentLabel
from hitl_desktop.ui.plain_text import PlainLabel, describe_hidden, visible

_LEAVING_KEYS = {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}
_CHANGING = {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick}


class ReadOnlyGuard(QObject):
    """Keeps a check box or a list of choices from changing while it stays readable and in the tab order.

    A disabled one would be grey, and passed over by the keyboard and by screen readers.
    """

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.active = False
        widget.installEventFilter(self)

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Swallow what would change the value."""
        if not self.active:
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            leaves = event.key() in _LEAVING_KEYS or event.modifiers() & Qt.KeyboardModifier.ControlModifier
            event.setAccepted(not leaves)
            return not leaves
        return event.type() in _CHANGING


class BooleanField(Field):
    """Edits true or false as a check box that says which."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self._box = QCheckBox(self)
        self._guard = ReadOnlyGuard(self._box)
        self._box.clicked.connect(self._on_clicked)
        row = QVBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._box, 0, Qt.AlignmentFlag.AlignLeft)
        self.name_input(self._box)
        self.setFocusProxy(self._box)

    def show_value(self, value: Json, start: Json) -> None:
        """Show yes or no."""
        self._box.setTristate(False)
        self._box.setChecked(value)
        self._word()

    def show_blank(self, hint: str) -> None:
        """Neither yes nor no yet; the first press says yes."""
        self._box.setTristate(True)
        self._box.setCheckState(Qt.CheckState.PartiallyChecked)
        self._box.setText(visible(hint).replace("&", "&&"))

    def is_blank(self) -> bool:
        """Whether it is neither yes nor no."""
        return self._box.checkState() == Qt.CheckState.PartiallyChecked

    def value(self) -> bool:
        """True or false."""
        return self._box.isChecked()

    def set_read_only(self, read_only: bool) -> None:
        """Let it be read only."""
        self._guard.active = read_only

    def set_place(self, place: Place) -> None:
        """Name the box after its new place."""
        super().set_place(place)
        self.name_input(self._box)

    def _word(self) -> None:
        self._box.setText("Yes" if self._box.isChecked() else "No")

    def _on_clicked(self) -> None:
        self._box.setTristate(False)
        self._word()
        self.changed.emit()


class ChoiceField(Field):
    """Edits one of several given values, of any kind, in a list of choices."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self._choices = choices(schema, place.root)
        self._values: list[Json] = []
        self._list = QuietComboBox(self)
        self._guard = ReadOnlyGuard(self._list)
        self._list.activated.connect(lambda _index: self.changed.emit())
        row = QVBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._list)
        self.name_input(self._list)
        self.setFocusProxy(self._list)

    def show_value(self, value: Json, start: Json) -> None:
        """Choose the value. One that is not among the choices stands below them, and says so."""
        self._offer()
        index = next((i for i, each in enumerate(self._values) if same(each, value)), -1)
        if index < 0:
            index = len(self._values)
            self._values.append(value)
            self._list.addItem(visible(f"{plainly(value)} (not one of the choices)"))
        self._list.setCurrentIndex(index)

    def show_blank(self, hint: str) -> None:
        """Choose nothing yet."""
        self._offer()
        self._list.setPlaceholderText(visible(hint))
        self._list.setCurrentIndex(-1)

    def is_blank(self) -> bool:
        """Whether nothing is chosen."""
        return self._list.currentIndex() < 0

    def value(self) -> Json:
        """The chosen value itself."""
        return self._values[self._list.currentIndex()] if self._list.currentIndex() >= 0 else None

    def notes(self) -> tuple[str, ...]:
        """A warning of hidden characters in the chosen text."""
        value = self.value()
        note = describe_hidden(value) if isinstance(value, str) else ""
        return (note,) if note else ()

    def set_read_only(self, read_only: bool) -> None:
        """Let it be read only."""
        self._guard.active = read_only

    def set_place(self, place: Place) -> None:
        """Name the list after its new place."""
        super().set_place(place)
        self.name_input(self._list)

    def _offer(self) -> None:
        self._list.clear()
        self._values = [value for _label, value in self._choices]
        self._list.addItems([visible(label) for label, _value in self._choices])


class ChecklistField(Field):
    """Edits a list in which each of several given values may stand once, as check boxes."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self._chosen: list[Json] = []
        self._boxes: list[tuple[QCheckBox, ReadOnlyGuard, Json]] = []
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 2, 0, 2)
        rows.setSpacing(4)
        for label, value in choices(item_schema(schema, place.root), place.root):
            box = QCheckBox(visible(label).replace("&", "&&"), self)
            box.clicked.connect(self._on_clicked)
            rows.addWidget(box, 0, Qt.AlignmentFlag.AlignLeft)
            self._boxes.append((box, ReadOnlyGuard(box), value))
        self._blank = AccentLabel("", "muted", self)
        self._blank.setVisible(False)
        rows.addWidget(self._blank)
        if self._boxes:
            self.setFocusProxy(self._boxes[0][0])
        self.set_place(place)

    def show_value(self, value: Json, start: Json) -> None:
        """Check what the list holds."""
        self._chosen = value
        self._blank.setVisible(False)
        for box, _guard, choice in self._boxes:
            box.setChecked(any(same(choice, each) for each in value))

    def show_blank(self, hint: str) -> None:
        """No list yet; the first choice makes one."""
        self.show_value([], ABSENT)
        self._blank.setText(hint)
        self._blank.setVisible(True)

    def value(self) -> list[Json]:
        """The list: what stays keeps its order, what was added follows in the order of the choices."""
        return self._chosen

    def set_read_only(self, read_only: bool) -> None:
        """Let it be read only."""
        for _box, guard, _choice in self._boxes:
            guard.active = read_only

    def set_place(self, place: Place) -> None:
        """Name the boxes after their new place."""
        super().set_place(place)
        self.setObjectName(f"field:{place.name}")
        self.setAccessibleName(place.title)
        for position, (box, _guard, _choice) in enumerate(self._boxes):
            box.setObjectName(f"field:{place.name}.{position}")
            box.setAccessibleName(f"{place.title}: {box.text()}")

    def _on_clicked(self) -> None:
        self._blank.setVisible(False)
        checked = [choice for box, _guard, choice in self._boxes if box.isChecked()]
        stay = [each for each in self._chosen if any(same(each, choice) for choice in checked)]
        added = [choice for choice in checked if not any(same(each, choice) for each in stay)]
        self._chosen = [*stay, *added]
        self.changed.emit()


class ConstantField(Field):
    """Shows the only value that can stand here."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self._value: Json = schema.get("const")
        self._label = PlainLabel("", self)
        row = QVBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.addWidget(self._label)
        self._label.setObjectName(f"field:{place.name}")

    def show_value(self, value: Json, start: Json) -> None:
        """Show the value."""
        self._value = value
        self._label.setText(plainly(value))
        self._label.setAccessibleDescription(f"{self.place.title} is always this")

    def value(self) -> Json:
        """The value that was shown."""
        return self._value

    def set_read_only(self, read_only: bool) -> None:
        """It always is."""

    def set_place(self, place: Place) -> None:
        """Name the label after its new place."""
        super().set_place(place)
        self._label.setObjectName(f"field:{place.name}")

    def focus_path(self, path: Path) -> None:
        """Nothing to type here."""
        self._label.setFocus()
