"""The journal as text for other programs and for people: JSON lines, CSV, and Markdown.

JSON lines keep the entries exactly, with their hashes: such a file proves later what the journal was when it was made.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from hitl_desktop.core.journal import Anchor, WrittenEntry
from hitl_desktop.core.values import dump_json

_COLUMNS: Final = (
    *("number", "time", "kind", "user", "reviewer", "thread_id", "graph", "node", "checkpoint_id", "request_id"),
    *("decision", "changes", "reason", "answer", "outcome", "about", "delivery", "payload", "payload_hash"),
    *("answer_hash", "previous", "hash"),
)
_SPREADSHEET_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


def json_lines(entries: Iterable[WrittenEntry]) -> Iterator[str]:
    """A line of JSON for each entry: its body as it stands, its hash, and what was sealed in it, if that was opened."""
    for entry in entries:
        opened = {"opened": entry.opened} if entry.opened else {}
        yield json.dumps({"body": entry.body, "hash": entry.hash, **opened}) + "\n"


def anchors_of(lines: Iterable[str]) -> Iterator[Anchor]:
    """What an export in JSON lines says was there: each entry's number and hash. Raises `ValueError`."""
    for place, line in enumerate(lines, 1):
        try:
            kept = json.loads(line)
            yield Anchor(int(json.loads(kept["body"])["number"]), str(kept["hash"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"line {place} is no entry of a journal ({error!r})") from None


def comma_separated(entries: Iterable[WrittenEntry]) -> Iterator[str]:
    """CSV with a line of names. What a spreadsheet would compute is marked with an apostrophe, so that it does not."""
    yield _csv_line(_COLUMNS)
    for entry in entries:
        yield _csv_line([_cell(value) for value in _values(entry).values()])


def markdown(entries: Iterable[WrittenEntry]) -> Iterator[str]:
    """For people: a section for each entry, values as code."""
    yield "# Journal\n"
    for entry in entries:
        values = _values(entry)
        yield f"\n## {entry.number}. {_plain(values['kind'])}, {_plain(values['time'])}\n\n"
        for name, value in values.items():
            if name not in ("number", "kind", "time") and value not in ("", None, [], ()):
                yield _markdown_line(name.replace("_", " "), value)


FORMATS: Final[Mapping[str, Callable[[Iterable[WrittenEntry]], Iterator[str]]]] = {
    "jsonl": json_lines,
    "csv": comma_separated,
    "md": markdown,
}
"""How a journal can be exported, by the name of the format."""


def _values(entry: WrittenEntry) -> dict[str, Any]:
    return {name: entry.fields.get(name) for name in _COLUMNS} | {"number": entry.number, "hash": entry.hash}


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _cell(value: Any) -> str:
    text = _plain(value)
    return f"'{text}" if text.startswith(_SPREADSHEET_FORMULAS) else text


def _plain(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else dump_json(value, indent=None)
    return text.encode("utf-8", "backslashreplace").decode()  # lone surrogates cannot be written to a file


def _markdown_line(name: str, value: Any) -> str:
    text = _plain(value if isinstance(value, str) else dump_json(value))
    fence = "`" * (max((len(run) for run in _runs_of_backticks(text)), default=0) + 1)
    if "\n" not in text:
        return f"- {name}: {fence} {text} {fence}\n"
    fence = max(fence, "```")
    indented = text.replace("\n", "\n  ")
    return f"- {name}:\n\n  {fence}\n  {indented}\n  {fence}\n\n"


def _runs_of_backticks(text: str) -> Iterator[str]:
    run = ""
    for character in f"{text} ":
        if character == "`":
            run += character
        elif run:
            yield run
            run = ""
