"""Arguments that change a file: recognised by their names, and read as the lines that go and come.

The names are those of the tools that people use: Claude's text editor and code tools, the MCP file server,
LangChain's file tools, deep agents, Codex' `apply_patch`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from hitl_desktop.core.differences import DiffLine, iterate_line_differences
from hitl_desktop.core.values import Json

FileChangeKind: TypeAlias = Literal["replace", "write", "append", "insert", "patch"]

PATH_NAMES = ("path", "file_path", "filepath", "filePath", "filename", "file_name", "file", "target_file")
OLD_AND_NEW_NAMES = (
    ("old_string", "new_string"),
    ("old_str", "new_str"),
    ("old_text", "new_text"),
    ("oldText", "newText"),
    ("oldString", "newString"),
    ("old_content", "new_content"),
    ("old", "new"),
    ("before", "after"),
    ("original", "updated"),
    ("original", "modified"),
    ("original", "replacement"),
    ("search", "replace"),
    ("find", "replace"),
)
EDITS_NAMES = ("edits", "replacements", "changes")
CONTENT_NAMES = ("content", "contents", "file_text", "new_content", "text")
PATCH_NAMES = ("diff", "patch", "unified_diff", "patch_text")
INSERTED_NAMES = ("insert_text", "new_str", "text")

_MOST_EDITS = 1_000


@dataclass(frozen=True, slots=True)
class FileChange:
    """What arguments do to a file.

    `parts` holds old and new texts: one pair, or one for each edit; for what is written or inserted the old text is
    empty, and for a patch the new one is the patch itself. `path` is empty where only the patch names the files.
    `after_line` is the line behind which text is inserted.
    """

    kind: FileChangeKind
    path: str
    parts: tuple[tuple[str, str], ...]
    after_line: int | None = None

    @property
    def has_line_numbers(self) -> bool:
        """Whether the numbers of the lines are those of the file. A passage to be replaced may stand anywhere."""
        return self.kind in ("write", "patch", "insert")

    def lines(self) -> Iterator[DiffLine]:
        """The lines that go and come, one after the other: there may be too many to be made at once."""
        for number, (old, new) in enumerate(self.parts, 1):
            if len(self.parts) > 1:
                yield DiffLine("note", None, None, f"Edit {number} of {len(self.parts)}")
            if self.kind == "patch":
                yield from patch_lines(new)
            elif self.after_line is not None:
                for line in iterate_line_differences("", new):
                    yield line._replace(new=line.new + self.after_line if line.new is not None else None)
            else:
                yield from iterate_line_differences(old, new)


def file_change(value: Json) -> FileChange | None:
    """The change of a file that these arguments ask for, or None where they are something else.

    Recognised are a path with old and new text, with a list of such edits, with a content, or with a text to
    insert; and a unified or `apply_patch` patch with or without a path.
    """
    if not isinstance(value, Mapping):
        return None
    path = _text(value, PATH_NAMES)
    patch = _text(value, PATCH_NAMES)
    if patch is not None and is_patch(patch):
        return FileChange("patch", path or "", (("", patch),))
    if path is None or not path:
        return None
    if (pair := _old_and_new(value)) is not None:
        return FileChange("replace", path, (pair,))
    if (pairs := _edits(value)) is not None:
        return FileChange("replace", path, pairs)
    line = value.get("insert_line")
    if isinstance(line, int) and not isinstance(line, bool):
        inserted = _text(value, INSERTED_NAMES)
        return FileChange("insert", path, (("", inserted),), max(0, line)) if inserted is not None else None
    content = _text(value, CONTENT_NAMES)
    if content is None:
        return None
    appends = value.get("append") is True or value.get("mode") in ("a", "append")
    return FileChange("append" if appends else "write", path, (("", content),))


def _text(value: Mapping[str, Json], names: tuple[str, ...]) -> str | None:
    return next((value[name] for name in names if isinstance(value.get(name), str)), None)


def _old_and_new(value: Json) -> tuple[str, str] | None:
    if not isinstance(value, Mapping):
        return None
    for old, new in OLD_AND_NEW_NAMES:
        if isinstance(value.get(old), str) and isinstance(value.get(new), str):
            return value[old], value[new]
    return None


def _edits(value: Mapping[str, Json]) -> tuple[tuple[str, str], ...] | None:
    """The pairs of a list of edits, if each of its elements is one."""
    for name in EDITS_NAMES:
        edits = value.get(name)
        if isinstance(edits, list) and 0 < len(edits) <= _MOST_EDITS:
            pairs = [pair for each in edits if (pair := _old_and_new(each)) is not None]
            if len(pairs) == len(edits):
                return tuple(pairs)
    return None


# Patches

_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_ANY_HUNK = re.compile(rf"^{_HUNK.pattern}", re.MULTILINE)
_APPLY_PATCH = "*** Begin Patch"
_KINDS: Mapping[str, Literal["same", "removed", "added"]] = {" ": "same", "-": "removed", "+": "added"}


def is_patch(text: str) -> bool:
    """Whether a text is a unified diff, which has a hunk with line numbers, or a patch for `apply_patch`."""
    return text.lstrip().startswith(_APPLY_PATCH) or _ANY_HUNK.search(text) is not None


def patch_lines(text: str) -> Iterator[DiffLine]:
    """Every line of a patch. Its signs become kinds; headings, and all that is not counted by one, are notes."""
    is_apply_patch = text.lstrip().startswith(_APPLY_PATCH)
    old = new = old_left = new_left = 0
    for line in text.removesuffix("\n").split("\n"):
        sign, words = line[:1], line[1:]
        if is_apply_patch:
            yield DiffLine(_KINDS[sign], None, None, words) if sign in _KINDS else DiffLine("note", None, None, line)
        elif (old_left > 0 or new_left > 0) and (sign in _KINDS or not line):
            # A blank line stands for a blank line that is the same: editors strip the space.
            takes_old, takes_new = sign != "+", sign != "-"
            yield DiffLine(_KINDS.get(sign, "same"), old if takes_old else None, new if takes_new else None, words)
            old, new = old + takes_old, new + takes_new
            old_left, new_left = old_left - takes_old, new_left - takes_new
        else:
            if hunk := _HUNK.match(line):
                old, new = int(hunk[1]), int(hunk[3])
                old_left, new_left = (int(hunk[group]) if hunk[group] else 1 for group in (2, 4))
            yield DiffLine("note", None, None, line)
