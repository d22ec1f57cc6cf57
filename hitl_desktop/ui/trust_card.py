"""The question whether a project may run its code: what it is, where it lies, and what it would run and use."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from hitl_desktop.core.trust import ProjectReach
from hitl_desktop.ui.icons import set_icon
from hitl_desktop.ui.plain_text import PlainLabel, ReadOnlyText
from hitl_desktop.ui.theme import scaled_font, set_kind

_TOO_SOON_MS = 600
"""A click or a key that was meant for what stood here before the question came trusts nobody."""

_LINES = 12

_TITLE = "Trust this project? Opening it runs its code, with everything that you may do on this machine."
_ADVICE = (
    "Trust it only if you know where it comes from. You are asked once for this folder, and again if langgraph.json "
    "uses other places outside of it; the settings list what you trust. “Look only” reads threads and runs nothing."
)


class TrustCard(QFrame):
    """Asks, without a dialog of its own: threads can be read meanwhile.

    Signals:
        trusted(ProjectReach): this project may run its code, with what was shown.
        look_only(): it may not; the card is gone.
    """

    trusted = Signal(object)
    look_only = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trust_card")
        self.setAccessibleName(_TITLE)
        set_kind(self, "notice")
        self._reach = ProjectReach("")
        title = QLabel(_TITLE)
        title.setObjectName("trust_title")
        title.setWordWrap(True)
        title.setFont(scaled_font(title.font(), 1.08, bold=True))
        self._folder = PlainLabel("")
        self._folder.setObjectName("trust_folder")
        self._outside = PlainLabel("")
        self._outside.setObjectName("trust_outside")
        self._outside.setFont(scaled_font(self._outside.font(), bold=True))
        set_kind(self._outside, "danger")
        self._uses = ReadOnlyText(most=_LINES)
        self._uses.setObjectName("trust_uses")
        self._uses.setAccessibleName("What the project would run and use")
        advice = QLabel(_ADVICE)
        advice.setObjectName("trust_advice")
        advice.setWordWrap(True)
        set_kind(advice, "muted")
        self._look = QPushButton("Look only")
        self._look.setObjectName("trust_look_only")
        self._look.setToolTip("Read threads, run nothing. File, Reload the project asks again")
        set_icon(self._look, "view-only")
        self._look.clicked.connect(self._on_look_only)
        self._trust = QPushButton("Trust and load")
        self._trust.setObjectName("trust_and_load")
        self._trust.setToolTip("Run the code of this project, now and whenever it is opened")
        self._trust.clicked.connect(self._on_trust)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_TOO_SOON_MS)
        self._soon.timeout.connect(lambda: self._trust.setEnabled(True))
        row = QHBoxLayout()
        row.addWidget(advice, 1)
        row.addSpacing(16)
        for button in (self._look, self._trust):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 12, 12)
        for widget in (title, self._folder, self._outside, self._uses):
            layout.addWidget(widget)
        layout.addLayout(row)
        self.hide()

    def ask(self, reach: ProjectReach) -> None:
        """Ask for this project."""
        self._reach = reach
        self._folder.setText(f"Folder: {reach.folder}")
        places = len(reach.outside)
        self._outside.setVisible(places > 0)
        self._outside.setText(
            f"It also uses {'a place' if places == 1 else f'{places} places'} outside this folder, "
            "which may change without anybody touching the project."
        )
        self._uses.setPlainText(reach.text)
        self._trust.setEnabled(False)
        self._soon.start()
        self.show()

    def withdraw(self) -> None:
        """Ask no longer."""
        self._soon.stop()
        self.hide()

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        """Let a screen reader say that there is a question; the keyboard stays where it is."""
        super().showEvent(event)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _on_trust(self) -> None:
        self.withdraw()
        self.trusted.emit(self._reach)

    def _on_look_only(self) -> None:
        self.withdraw()
        self.look_only.emit()
