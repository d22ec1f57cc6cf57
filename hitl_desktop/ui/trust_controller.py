"""Asks whether a project may run its code, and keeps what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from hitl_desktop.core.trust import ProjectReach, TrustedFolder, TrustKeeper
from hitl_desktop.ui.main_window import MainWindow

if TYPE_CHECKING:
    from hitl_desktop.ui.trust_card import TrustCard

_NOT_KEPT = "this could not be written to the settings ({0}). It holds until the program ends."


class TrustController(QObject):
    """Between the question in the window, the settings, and where trust is kept.

    Signals:
        given(): the project that was asked for may run its code now; load it.
        changed(str): what was trusted, or is no longer, in words for the journal.
    """

    given = Signal()
    changed = Signal(str)

    def __init__(self, keeper: TrustKeeper, window: MainWindow) -> None:
        super().__init__(window)
        self._keeper = keeper
        self._window = window
        self._card: TrustCard | None = None

    @property
    def folders(self) -> tuple[TrustedFolder, ...]:
        """What is trusted now."""
        return self._keeper.folders()

    def ask(self, reach: ProjectReach) -> None:
        """Ask for this project; until there is an answer, it is looked at only."""
        self._window.status.show_project("Look only, nothing runs: you do not trust", reach.folder)
        if self._card is None:
            self._card = self._make_card()
        self._card.ask(reach)

    def settled(self) -> None:
        """The project is loaded: there is nothing to be asked any more."""
        if self._card is not None:
            self._card.withdraw()

    def withdraw(self, folder: str) -> None:
        """Trust this folder no longer, from the next time that it is loaded."""
        try:
            self._keeper.withdraw(folder)
        except OSError as error:
            self._window.notices.add(f"{folder} is not trusted any more, but " + _NOT_KEPT.format(error))
        self.changed.emit(f"Withdrawn from the project {folder}")

    def _make_card(self) -> TrustCard:
        from hitl_desktop.ui.trust_card import TrustCard  # few starts need it, and all wait for what is imported

        card = TrustCard(self._window)
        card.trusted.connect(self._on_trusted)
        card.look_only.connect(self._window.inbox.setFocus)
        self._window.add_question(card)
        return card

    def _on_trusted(self, reach: ProjectReach) -> None:
        try:
            self._keeper.give(reach)
        except OSError as error:
            self._window.notices.add(f"{reach.folder} is trusted, but " + _NOT_KEPT.format(error))
        self._window.inbox.setFocus()
        self.changed.emit(f"Given to the project {reach.folder}")
        self.given.emit()
