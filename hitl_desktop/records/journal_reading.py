"""The journal of a review file, read without changing anything in the file: to check and to export it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hitl_desktop.core.journal import WrittenEntry
from hitl_desktop.core.records import RecordsError
from hitl_desktop.records.journal_table import all_entries


@contextmanager
def reading_journal(path: Path) -> Iterator[Iterator[WrittenEntry]]:
    """All entries from the first one on, as of one moment; none where there is no journal yet.

    Raises `RecordsError` where the file cannot be read, also in the middle.
    """
    if not path.exists():
        yield iter(())
        return
    try:
        with closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)) as connection:
            connection.execute("BEGIN")
            known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'journal'").fetchone()
            yield all_entries(connection) if known else iter(())
    except sqlite3.Error as error:
        raise RecordsError(
            f"The journal in {path} cannot be read ({error}). Nothing was changed. A copy that can be read shows "
            "whether it was whole."
        ) from error
