"""Where the end of each journal is kept a second time: in the settings folder, apart from the review file.

Whoever cuts the end of a journal off, or writes it anew, would have to know of this file too. One file for each
review file, named after its path.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from hitl_desktop.core.journal import Anchor


class AnchorFile:
    """The anchor of one review file, in this folder."""

    def __init__(self, folder: Path, review_file: Path) -> None:
        self._review_file = str(review_file.resolve())
        name = hashlib.sha256(os.fsencode(self._review_file)).hexdigest()[:32]
        self.path = folder / f"{name}.json"

    def read(self) -> Anchor | None:
        """What was kept last; None where nothing was, or it cannot be read."""
        try:
            kept = json.loads(self.path.read_text("utf-8"))
            return Anchor(int(kept["number"]), str(kept["hash"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, anchor: Anchor) -> None:
        """Keep this one, unless a later one is kept already. What cannot be written is left: it is a second copy."""
        before = self.read()
        if before is not None and before.number > anchor.number:
            return
        text = json.dumps({"review_file": self._review_file, "number": anchor.number, "hash": anchor.hash})
        with suppress(OSError):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, new = tempfile.mkstemp(".new", self.path.stem, self.path.parent)  # with mode 0600
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    file.write(text)
                os.replace(new, self.path)
            except OSError:
                os.unlink(new)
                raise
