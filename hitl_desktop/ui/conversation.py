"""Why it is asked: the messages of a thread as a conversation, the newest last, older ones behind a button."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from hitl_desktop.core.messages import Message
from hitl_desktop.core.values import dump_json
from hitl_desktop.ui.layouts import leave_out_of_tab_order
from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.theme import fixed_font, set_kind

_SHOWN = 3
_MORE = 50
_ROLES = {"human": "Person", "ai": "Model", "system": "System", "tool": "Tool"}


class Conversation(QWidget):
    """Messages as plain text. Long conversations show their end first; nothing is cut without a button for the rest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("conversation")
        self._messages: tuple[Message, ...] = ()
        self._shown = _SHOWN
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._earlier = QPushButton()
        self._earlier.setObjectName("conversation_earlier")
        set_kind(self._earlier, "plain")
        self._earlier.clicked.connect(self._on_earlier)
        self._layout.addWidget(self._earlier)
        self._bubbles: list[QWidget] = []

    def show_messages(self, messages: Sequence[Message]) -> None:
        """Show the last messages of a conversation."""
        self._messages = tuple(messages)
        self._shown = _SHOWN
        self._rebuild()

    def _on_earlier(self) -> None:
        self._shown += _MORE
        self._rebuild()

    def _rebuild(self) -> None:
        for bubble in self._bubbles:
            self._layout.removeWidget(bubble)
            bubble.deleteLater()
        self._bubbles = [_Bubble(message) for message in self._messages[-self._shown :]]
        for bubble in self._bubbles:
            self._layout.addWidget(bubble)
            bubble.show()  # at once: a layout that counts it as hidden first is not asked again in a scroll area
        hidden = len(self._messages) - len(self._bubbles)
        self._earlier.setVisible(hidden > 0)
        self._earlier.setText(f"Show earlier messages ({hidden})")


class _Bubble(QFrame):
    """One message: who, what, and the tool calls in it."""

    def __init__(self, message: Message) -> None:
        super().__init__()
        self.setProperty("bubble", message.role)
        self.setAccessibleName(f"Message from {_ROLES.get(message.role, message.role)}")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        who = _ROLES.get(message.role, message.role)
        heading = PlainLabel(f"{who} · {message.name}" if message.name else who)
        set_kind(heading, "muted")
        layout.addWidget(heading)
        if message.text:
            layout.addWidget(PlainLabel(message.text))
        for call in message.tool_calls:
            label = PlainLabel(f"{call.name}({dump_json(call.args, indent=None)})")
            label.setFont(fixed_font(label.font()))
            layout.addWidget(label)
        leave_out_of_tab_order(*self.findChildren(PlainLabel))
