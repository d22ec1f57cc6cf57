"""A value as a tree to read: its branches are made when they are opened, however deep or wide it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, overload

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from hitl_desktop.core.schema import Path
from hitl_desktop.core.values import TYPE_TAG, VALUE_TAG, Json
from hitl_desktop.ui.editors.json_values import in_words, is_tagged
from hitl_desktop.ui.editors.marks import accent
from hitl_desktop.ui.plain_text import visible

Index = QModelIndex | QPersistentModelIndex

LONGEST_SHOWN = 1_000
"""Characters of a text within the tree; the whole of a longer one is shown beside the tree when it is chosen."""

_BATCH = 50
_PADDING = 6
_ROWS_OPENED = 40
_ROOT = QModelIndex()
_WRAP = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere


class _Node:
    """A value in the tree. Its children are made once the view asks for them."""

    __slots__ = ("children", "left", "name", "parent", "parts", "row", "sizes", "value")

    def __init__(self, name: str | int | None, value: Json, parent: _Node | None, row: int) -> None:
        self.name, self.value, self.parent, self.row = name, value, parent, row
        self.sizes: dict[tuple[int, int, int], QSize] = {}
        # What is inside of a Python value is that of its content.
        content = value[VALUE_TAG] if is_tagged(value) else value
        self.parts: dict[str, Json] | list[Json] = content if isinstance(content, dict | list) else []
        self.children: list[_Node] = []
        self.left: Iterator[tuple[Any, Json]] = iter(
            self.parts.items() if isinstance(self.parts, dict) else enumerate(self.parts)
        )

    def grow(self) -> None:
        for _each in range(min(_BATCH, len(self.parts) - len(self.children))):
            name, value = next(self.left)
            self.children.append(_Node(name, value, self, len(self.children)))


class JsonTreeModel(QAbstractItemModel):
    """A JSON value with a row for each of its parts: the name, and the value or how many parts it has."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._top = _Node(None, {}, None, 0)

    def show_value(self, value: Json) -> None:
        """Show the parts of an object or a list."""
        self.beginResetModel()
        self._top = _Node(None, value, None, 0)
        self.endResetModel()

    def value_at(self, index: Index) -> Json:
        """The value of a row, whole."""
        return self._node(index).value

    def path_of(self, index: Index) -> Path:
        """Where the value of a row stands."""
        path: list[str | int] = []
        node: _Node | None = self._node(index)
        while node is not None and node.name is not None:
            path.append(node.name)
            node = node.parent
        return tuple(reversed(path))

    def _node(self, index: Index) -> _Node:
        if not index.isValid():
            return self._top
        node: _Node = index.internalPointer()
        return node

    # Qt overrides

    def index(self, row: int, column: int, parent: Index = _ROOT) -> QModelIndex:
        """The index of a child that has been made."""
        children = self._node(parent).children
        if not (0 <= row < len(children) and 0 <= column < 2) or parent.column() > 0:
            return QModelIndex()
        return self.createIndex(row, column, children[row])

    @overload
    def parent(self, /) -> QObject | None: ...
    @overload
    def parent(self, child: Index, /) -> QModelIndex: ...

    def parent(self, child: Index | None = None, /) -> QModelIndex | QObject | None:
        """The index of the object or list around a value; without an index the owner of the model, as for Qt."""
        if child is None:
            return super().parent()
        parent = self._node(child).parent
        if parent is None or parent is self._top:
            return QModelIndex()
        return self.createIndex(parent.row, 0, parent)

    def rowCount(self, parent: Index = _ROOT) -> int:
        """How many children have been made."""
        return 0 if parent.column() > 0 else len(self._node(parent).children)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Name and value."""
        return 2

    def hasChildren(self, parent: Index = _ROOT) -> bool:
        """Whether there is anything inside, made or not."""
        return parent.column() <= 0 and bool(self._node(parent).parts)

    def canFetchMore(self, parent: Index) -> bool:
        """Whether children are left to be made."""
        node = self._node(parent)
        return parent.column() <= 0 and len(node.children) < len(node.parts)

    def fetchMore(self, parent: Index) -> None:
        """Make the next children."""
        node = self._node(parent)
        more = min(_BATCH, len(node.parts) - len(node.children))
        if more > 0:
            around = self.createIndex(node.row, 0, node) if node is not self._top else QModelIndex()
            self.beginInsertRows(around, len(node.children), len(node.children) + more - 1)
            node.grow()
            self.endInsertRows()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The name, or the value in words; a long text is cut, and says so."""
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        node = self._node(index)
        if index.column() == 0:
            return f"{node.name + 1}." if isinstance(node.name, int) else visible(str(node.name))[:LONGEST_SHOWN]
        if is_tagged(node.value):
            return visible(f"{in_words(node.value[VALUE_TAG])} ({node.value[TYPE_TAG]})")
        text = in_words(node.value)
        if len(text) > LONGEST_SHOWN:
            return f"{visible(text[:LONGEST_SHOWN])}… ({len(text):,} characters; choose this row to read them all)"
        return visible(text)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name and value."""
        return ("Name", "Value")[section] if role == Qt.ItemDataRole.DisplayRole else None


class JsonTree(QTreeView):
    """Shows an object or a list as a tree, as high as its open rows up to a limit.

    Signals:
        chosen(): another row became the current one.
    """

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None, *, most: int = 420) -> None:
        """`most` is the greatest height in logical pixels; beyond it the tree scrolls."""
        super().__init__(parent)
        self._most = most
        self._values = JsonTreeModel(self)
        self.setModel(self._values)
        self.setItemDelegate(_WrappingDelegate(self))
        self.setAccessibleName("Value as a tree")
        self.setHeaderHidden(True)
        self.setIndentation(16)
        self.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setTabKeyNavigation(False)
        self.header().setStretchLastSection(True)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.header().sectionResized.connect(self._on_column_resized)
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.setInterval(0)
        self._fitting.timeout.connect(self._fit)
        for happened in (self.expanded, self.collapsed):
            happened.connect(lambda _index: self._fitting.start())

    def show_value(self, value: Json) -> None:
        """Show the parts of an object or a list, with the first levels open as far as a few dozen rows go."""
        self._values.show_value(value)
        self._open_first_rows()
        self._fit()

    def value_at(self, index: Index) -> Json:
        """The value of a row, whole."""
        return self._values.value_at(index)

    def _open_first_rows(self) -> None:
        model, left = self._values, _ROWS_OPENED
        level = [QModelIndex()]
        while level and left > 0:
            below: list[QModelIndex] = []
            for index in level:
                if model.canFetchMore(index):
                    model.fetchMore(index)
                left -= model.rowCount(index)
                if left < 0 and index.isValid():
                    break
                self.expand(index) if index.isValid() else None
                below += [model.index(row, 0, index) for row in range(model.rowCount(index))]
            level = [index for index in below if model.hasChildren(index)]

    def _on_column_resized(self) -> None:
        self.scheduleDelayedItemsLayout()
        self.updateGeometry()

    def _fit(self) -> None:
        names = min(self.sizeHintForColumn(0), max(120, self.viewport().width() // 3))
        self.header().resizeSection(0, names + 8)
        self.scheduleDelayedItemsLayout()
        self.updateGeometry()

    # Qt overrides

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell which row is read."""
        super().currentChanged(current, previous)
        self.chosen.emit()

    def sizeHint(self) -> QSize:
        """As high as the open rows, up to the limit."""
        height, index = 2 * self.frameWidth() + 4, self._values.index(0, 0)
        while index.isValid() and height < self._most:
            height += self.indexRowSizeHint(index)
            index = self.indexBelow(index)
        return QSize(240, min(height, self._most))

    def minimumSizeHint(self) -> QSize:
        """At least a few rows."""
        return QSize(160, min(self.sizeHint().height(), 120))


class _WrappingDelegate(QStyledItemDelegate):
    """Draws values on as many lines as they need. A tree of Qt measures every row as one line otherwise."""

    def __init__(self, tree: JsonTree) -> None:
        super().__init__(tree)
        self._tree = tree

    # Qt overrides

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.features |= QStyleOptionViewItem.ViewItemFeature.WrapText
        option.displayAlignment = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        if index.column() == 0:
            option.palette.setColor(QPalette.ColorRole.Text, accent(self._tree.palette(), "key"))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        # Measured by hand and remembered: it is asked a dozen times for every row, and Qt's own way takes ten times
        # as long.
        metrics, room = self._tree.fontMetrics(), max(80, self._tree.columnWidth(1) - 24)
        node: _Node = index.internalPointer()
        key = index.column(), room if index.column() else 0, metrics.height()
        if (known := node.sizes.get(key)) is not None:
            return known
        text = index.data()
        size = QSize(metrics.horizontalAdvance(text) + 12, metrics.height() + _PADDING)
        if index.column() == 1 and (size.width() > room or "\n" in text):
            size.setHeight(metrics.boundingRect(QRect(0, 0, room, 1_000_000), _WRAP, text).height() + _PADDING)
        node.sizes[key] = size
        return size
