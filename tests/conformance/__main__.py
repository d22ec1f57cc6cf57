"""Runs the table of tests/conformance and prints it as Markdown; ends with 1 if a row fails."""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import traceback
from dataclasses import asdict
from pathlib import Path

from tests.conformance.rig import Rig
from tests.conformance.table import MISSING, REFUSED, ROWS, WORKS, Outcome, is_missing, markdown, versions


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


def beside(python: str, chosen: list[str]) -> Outcome:
    """The same with another Python. Raises `CalledProcessError` where it cannot be run."""
    command = [python, "-m", "tests.conformance", "--json", *chosen]
    printed = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return Outcome(**json.loads(printed))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("part", nargs="*", help="run only the rows whose ids contain one of these")
    parser.add_argument("--beside", metavar="PYTHON", help="another Python, whose results get a column of their own")
    parser.add_argument("--json", action="store_true", help="print the results as JSON, and end with 0")
    chosen = parser.parse_args()
    outcomes = [Outcome(versions(), asyncio.run(results(chosen.part)))]
    if chosen.json:
        sys.stdout.write(json.dumps(asdict(outcomes[0])))
        return 0
    if chosen.beside:
        outcomes.append(beside(chosen.beside, chosen.part))
    sys.stdout.write(markdown(outcomes))
    found = [(row, result) for outcome in outcomes for row, result in outcome.results.items()]
    failed = [row for row, result in found if result.startswith("fails")]
    sys.stderr.write(f"{len(found)} results, {len(failed)} failed: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
