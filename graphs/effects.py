"""What the example graphs do to the world, real but harmless: files in a folder, and rows in SQLite files.

Every effect has a key and happens once for it, because LangGraph may run a node again after a crash.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
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
    identity = _identity(key)
    mail = EmailMessage()
    mail["From"] = "mail-assistant@localhost"
    mail["To"] = to.strip()
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = formatdate(localtime=True)
    mail["Message-ID"] = f"<{identity}@localhost>"
    mail.set_content(body)
    return _write("outbox", subject or "mail", key, ".eml", mail.as_bytes())


def enter_appointment(title: str, start: datetime, key: str) -> Path:
    """Put an hour into the calendar as an .ics file and return its path; the same key and title write the same file."""
    escaped = re.sub(r"([\\;,])", r"\\\1", " ".join(title.split()))
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//HITL Desktop//examples//EN",
        "BEGIN:VEVENT",
        f"UID:{_identity(key)}@localhost",
        f"DTSTAMP:{datetime.now(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{start:%Y%m%dT%H%M%S}",
        "DURATION:PT1H",
        f"SUMMARY:{escaped}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return _write("calendar", title or "appointment", key, ".ics", "".join(f"{line}\r\n" for line in lines).encode())


def save_text(title: str, text: str, key: str) -> Path:
    """Put a finished text into the folder `texts` and return its path; the same key and title write the same file."""
    return _write("texts", title or "text", key, ".txt", f"{text.strip()}\n".encode())


def _identity(key: str) -> str:
    """What tells one effect from all others, in a file name."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def _write(folder: str, title: str, key: str, ending: str, content: bytes) -> Path:
    """Write a file whole, under a name made of the title and the key."""
    place = effects_folder() / folder
    place.mkdir(exist_ok=True)
    words = re.sub(r"[^a-z0-9]+", "-", title.lower())[:40].strip("-")
    path = place / f"{words or folder}-{_identity(key)}{ending}"
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(content)
    unfinished.replace(path)
    return path


def place_order(order_id: str, drinks: Mapping[str, int], euros: float) -> int:
    """Write an order into `orders.sqlite` and return its number at the counter; the same id is the same order."""
    wanted = ", ".join(f"{count} x {drink}" for drink, count in drinks.items())
    with closing(sqlite3.connect(effects_folder() / "orders.sqlite")) as database, database:
        database.execute(
            "CREATE TABLE IF NOT EXISTS orders (number INTEGER PRIMARY KEY, id TEXT UNIQUE, drinks TEXT, cents INTEGER)"
        )
        database.execute(
            "INSERT OR IGNORE INTO orders (id, drinks, cents) VALUES (?, ?, ?)", (order_id, wanted, round(euros * 100))
        )
        (number,) = database.execute("SELECT number FROM orders WHERE id = ?", (order_id,)).fetchone()
        return int(number)


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


def record_prescription(order_id: str, patient: str, medicine: str, dose: str) -> bool:
    """Write what was given out into `prescriptions.sqlite`; False if this order was already there."""
    with closing(sqlite3.connect(effects_folder() / "prescriptions.sqlite")) as database, database:
        database.execute(
            "CREATE TABLE IF NOT EXISTS prescriptions (id TEXT PRIMARY KEY, patient TEXT, medicine TEXT, dose TEXT)"
        )
        row = (order_id, patient, medicine, dose)
        return database.execute("INSERT OR IGNORE INTO prescriptions VALUES (?, ?, ?, ?)", row).rowcount == 1
