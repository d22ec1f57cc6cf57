"""Runs the table and prints it as Markdown; ends with 1 if a row fails. Rows can be chosen by parts of their ids."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import traceback
from pathlib import Path

from tests.conformance.rig import Rig
from tests.conformance.table import MISSING, REFUSED, ROWS, WORKS, is_missing, markdown


async def results(chosen: list[str]) -> dict[str, str]:
    """What became of each row, by its id."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder))
        await rig.open()
        for row in ROWS:
            if is_missing(row):
                found[row.id] = MISSING.format(needs=row.needs)
            elif chosen and not any(part in row.id for part in chosen):
                found[row.id] = "not run"
            else:
                try:
                    await rig.run(row)
                    found[row.id] = REFUSED if row.is_wrong else WORKS
                except Exception as error:
                    traceback.print_exc()
                    found[row.id] = f"fails: {type(error).__name__}"
        await rig.close()
    return found


if __name__ == "__main__":
    found = asyncio.run(results(sys.argv[1:]))
    sys.stdout.write(markdown(found))
    failed = [row for row, result in found.items() if result.startswith("fails")]
    sys.stderr.write(f"{len(found)} rows, {len(failed)} failed: {', '.join(failed)}\n")
    sys.exit(1 if failed else 0)
