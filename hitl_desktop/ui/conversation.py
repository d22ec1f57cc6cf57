"""Why it is asked: the messages of a thread as a conversation, the newest last, older ones behind a button."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from hitl_desktop.core.message_parts import Call, calls_by_id
from hitl_desktop.core.messages import Message
from hitl_desktop.ui.theme import set_kind

if TYPE_CHECKING:
    from hitl_desktop.ui.reading.message_bubble import MessageBubble

_SHOWN = 3
_MORE = 30


class Conversation(QWidget):
    """Long conversations show their end first; nothing is cut without a button for the rest, which comes in pieces."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("conversation")
        self._messages: tuple[Message, ...] = ()
        self._calls: dict[str, Call] = {}
        self._below: Collection[str] = ()
        self._wanted = 0
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._earlier = QPushButton()
        self._earlier.setObjectName("conversation_earlier")
        set_kind(self._earlier, "plain")
        self._earlier.clicked.connect(self._on_earlier)
        self._layout.addWidget(self._earlier)
        self._bubbles: list[MessageBubble] = []
        self._adding = QTimer(self)
        self._adding.setInterval(0)
        self._adding.timeout.connect(self._add_earlier)

    def show_messages(self, messages: Sequence[Message], below: Collection[str] = ()) -> None:
        """Show the last messages of a conversation; of the tool calls with the ids `below` only the names."""
        self._below = below
        self._adding.stop()
        self._messages = tuple(messages)
        self._calls = calls_by_id(self._messages)
        for bubble in self._bubbles:
            self._layout.removeWidget(bubble)
            bubble.hide()
            bubble.deleteLater()
        self._bubbles = []
        self._wanted = min(_SHOWN, len(self._messages))
        for message in self._messages[len(self._messages) - self._wanted :]:
            self._bubbles.append(self._add(message, self._layout.count()))
        self._count()

    def _on_earlier(self) -> None:
        self._wanted = min(self._wanted + _MORE, len(self._messages))
        self._adding.start()
        self._count()

    def _add_earlier(self) -> None:
        """Put the message before the first shown one above it."""
        from hitl_desktop.ui.editors.fields.tab_order import chain_tab_stops, tab_stops

        bubble = self._add(self._messages[-len(self._bubbles) - 1], 1)
        self._bubbles.insert(0, bubble)
        chain_tab_stops(self._earlier, list(tab_stops(bubble)))
        if len(self._bubbles) >= self._wanted:
            self._adding.stop()

    def _add(self, message: Message, place: int) -> MessageBubble:
        # The editors take a third of the start; the window is painted before they are needed.
        from hitl_desktop.ui.reading.message_bubble import MessageBubble

        bubble = MessageBubble(message, self._calls.get(message.tool_call_id or ""), self._below)
        self._layout.insertWidget(place, bubble)
        bubble.show()  # at once: a layout that counts it as hidden first is not asked again in a scroll area
        return bubble

    def _count(self) -> None:
        hidden = len(self._messages) - self._wanted
        self._earlier.setVisible(hidden > 0)
        self._earlier.setText(f"Show earlier messages ({hidden:,})")
