"""What the example graphs do to the world, real but harmless: mails in an outbox folder, transfers in a SQLite file.

Every effect has a key and happens once for it, because LangGraph may run a node again after a crash.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
import tempfile
from contextlib import closing
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path


def effects_folder() -> Path:
    """The folder of all effects, made if need be: `HITL_EFFECTS_DIR`, else in the user's data, else temporary."""
    if chosen := os.environ.get("HITL_EFFECTS_DIR"):
        folder = Path(chosen)
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    folder = Path(data).expanduser() / "hitl-desktop-examples"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a home that can't be written
        folder = Path(tempfile.gettempdir()) / "hitl-desktop-examples"
        folder.mkdir(exist_ok=True)
    return folder


def deliver_mail(to: str, subject: str, body: str, key: str) -> Path:
    """Put a mail into the outbox as an .eml file and return its path; the same key and subject write the same file.

    Raises ValueError if `to` is not one address. Line breaks in the subject become spaces, as a header holds none.
    """
    # The email package itself raises IndexError and AttributeError for some that are not, such as "<" and "a@[".
    if not re.fullmatch(r"[\w.+'-]+@[\w.-]+", to.strip()):
        raise ValueError(f"{to!r} is not a mail address")
    identity = hashlib.sha256(key.encode()).hexdigest()[:12]
    mail = EmailMessage()
    mail["From"] = "mail-assistant@localhost"
    mail["To"] = to.strip()
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = formatdate(localtime=True)
    mail["Message-ID"] = f"<{identity}@localhost>"
    mail.set_content(body)
    outbox = effects_folder() / "outbox"
    outbox.mkdir(exist_ok=True)
    words = re.sub(r"[^a-z0-9]+", "-", subject.lower())[:40].strip("-")
    path = outbox / f"{words or 'mail'}-{identity}.eml"
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(mail.as_bytes())
    unfinished.replace(path)
    return path


def record_transfer(transfer_id: str, action: str, amount: float) -> bool:
    """Write a transfer of `amount` euros into `transfers.sqlite`; False if this id was already there."""
    with closing(sqlite3.connect(effects_folder() / "transfers.sqlite")) as database, database:
        database.execute(
            "CREATE TABLE IF NOT EXISTS transfers (id TEXT PRIMARY KEY, action TEXT, cents INTEGER, at TEXT)"
        )
        written = database.execute(
            "INSERT OR IGNORE INTO transfers VALUES (?, ?, ?, datetime('now'))",
            (transfer_id, action, round(amount * 100)),
        )
        return written.rowcount == 1
