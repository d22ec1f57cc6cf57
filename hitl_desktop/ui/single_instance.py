"""One window a database: a second start brings the first one forward."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT_MS = 2_000


class SingleInstance(QObject):
    """Holds a lock on a database for this window, and listens for a second start.

    The lock and the local socket belong to the user alone and are named after the database.

    Signals:
        asked(): the program was started a second time on this database.
    """

    asked = Signal()

    def __init__(self, database: Path, folder: Path) -> None:
        super().__init__()
        self._name = "hitl-desktop-" + hashlib.sha256(str(database.absolute()).encode()).hexdigest()[:24]
        self._lock = QLockFile(str(folder / f"{self._name}.lock"))
        self._lock.setStaleLockTime(0)  # stale when its process is gone, however long it has been held
        self._server: QLocalServer | None = None

    def acquire(self) -> bool:
        """Take the lock and listen; False where another process has it."""
        if not self._lock.tryLock(0) and self._lock.error() == QLockFile.LockError.LockFailedError:
            return False
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(self._name)  # left behind by a process that was killed
        self._server.listen(self._name)
        self._server.newConnection.connect(self._on_connection)
        return True

    def bring_other_forward(self) -> bool:
        """Ask the process that has the lock to show its window; False where it does not answer."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        reached = socket.waitForConnected(_WAIT_MS)
        socket.disconnectFromServer()
        return reached

    def release(self) -> None:
        """Stop listening and give the lock back."""
        if self._server is not None:
            self._server.close()
        self._lock.unlock()

    def _on_connection(self) -> None:
        if self._server is not None:
            self._server.nextPendingConnection().deleteLater()
        self.asked.emit()
