"""Arguments that change a file are recognised, whole, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from hitl_desktop.core.differences import NOT_COMPARED
from hitl_desktop.core.file_changes import FileChange, file_change, is_patch, patch_lines

SIGNS = {"same": " ", "removed": "-", "added": "+", "note": "\\"}
PATCH = """\
diff --git a/a.py b/a.py
--- a/a.py
+++ b/a.py
@@ -10,4 +10,4 @@ def f():
 a
--- b
+++ c

 d
\\ No newline at end of file
@@ -30 +30,0 @@
-x
"""
APPLY = "*** Begin Patch\n*** Update File: a.py\n@@\n a\n-b\n+c\n*** End Patch"


def shown(change: FileChange) -> list[str]:
    return [SIGNS[line.kind] + line.text for line in change.lines()]


@pytest.mark.parametrize(
    ("value", "kind", "lines"),
    [
        ({"path": "a", "old_str": "x\ny", "new_str": "x\nz"}, "replace", [" x", "-y", "+z"]),
        ({"file_path": "a", "old_string": "x", "new_string": "y", "replace_all": True}, "replace", ["-x", "+y"]),
        ({"filename": "a", "before": "x", "after": ""}, "replace", ["-x"]),
        ({"file": "a", "original": "x", "updated": "y"}, "replace", ["-x", "+y"]),
        ({"path": "a", "edits": [{"oldText": "x", "newText": "y"}, {"oldText": "p", "newText": "q"}]}, "replace",
         ["\\Edit 1 of 2", "-x", "+y", "\\Edit 2 of 2", "-p", "+q"]),
        ({"path": "a", "content": "x\ny\n"}, "write", ["+x", "+y"]),
        ({"path": "a", "content": ""}, "write", []),
        ({"command": "create", "path": "a", "file_text": "x"}, "write", ["+x"]),
        ({"file_path": "a", "text": "x", "append": True}, "append", ["+x"]),
        ({"command": "insert", "path": "a", "insert_line": 7, "new_str": "x\ny"}, "insert", ["+x", "+y"]),
        ({"patch": APPLY}, "patch", ["\\*** Begin Patch", "\\*** Update File: a.py", "\\@@", " a", "-b", "+c",
                                     "\\*** End Patch"]),
        ({"path": "a", "diff": "@@ -1 +1 @@\n-x\n+y"}, "patch", ["\\@@ -1 +1 @@", "-x", "+y"]),
    ],
)  # fmt: skip
def test_changes_of_files(value: dict[str, Any], kind: str, lines: list[str]) -> None:
    change = file_change(value)
    assert change is not None
    assert change.kind == kind
    assert shown(change) == lines
    assert change.path == ("a" if "patch" not in value else "")


@pytest.mark.parametrize(
    "value",
    [
        None,
        "--- a",
        [],
        {},
        {"path": "a"},
        {"path": "", "content": "x"},
        {"path": 5, "content": "x"},
        {"path": "a", "content": 5},
        {"path": "a", "content": {"x": 1}},
        {"old": "x", "new": "y"},
        {"path": "a", "old": 1, "new": 2},
        {"path": "a", "edits": []},
        {"path": "a", "edits": [{"oldText": "x", "newText": "y"}, {"at": 3}]},
        {"path": "a", "diff": "the difference"},
        {"content": "x"},
        {"patch": "to the knee"},
    ],
    ids=repr,
)
def test_other_arguments(value: Any) -> None:
    assert file_change(value) is None


def test_lines_of_a_patch_have_the_numbers_of_the_file() -> None:
    assert [(SIGNS[line.kind], line.old, line.new, line.text) for line in patch_lines(PATCH)] == [
        *(("\\", None, None, heading) for heading in PATCH.split("\n")[:3]),
        ("\\", None, None, "@@ -10,4 +10,4 @@ def f():"),
        (" ", 10, 10, "a"),
        ("-", 11, None, "-- b"),
        ("+", None, 11, "++ c"),
        (" ", 12, 12, ""),
        (" ", 13, 13, "d"),
        ("\\", None, None, "\\ No newline at end of file"),
        ("\\", None, None, "@@ -30 +30,0 @@"),
        ("-", 30, None, "x"),
    ]


def test_inserted_lines_have_the_numbers_that_they_get() -> None:
    change = file_change({"path": "a", "insert_line": 7, "insert_text": "x\ny"})
    assert change is not None
    assert [line.new for line in change.lines()] == [8, 9]


@pytest.mark.parametrize(
    "text",
    [
        "@@ -1,2 +1,2 @@\n-a",
        "@@ -1 +1 @@\n-a\n+b\n+c that is not counted\nand words",
        "@@ -999999999,999999999 +1 @@\n\n\n",
        "@@ -1,0 +1,0 @@\n",
        "*** Begin Patch\n\n+\n",
    ],
)
def test_nothing_of_a_patch_is_lost_even_if_it_is_wrong(text: str) -> None:
    assert is_patch(text)
    signs = {"removed": "-", "added": "+", "same": " ", "note": ""}
    lines = [signs[line.kind] + line.text for line in patch_lines(text)]
    assert [line.strip() for line in lines] == [line.strip() for line in text.removesuffix("\n").split("\n")]


def test_ten_megabytes_begin_at_once() -> None:
    change = file_change({"path": "a", "old_str": "x\n" * 2_500_000, "new_str": "y\n" * 2_500_000})
    assert change is not None
    lines = change.lines()
    assert next(lines).text == NOT_COMPARED
    assert next(lines).text == "x"
