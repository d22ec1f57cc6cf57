from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ASKED = """
asked = []

def __getattr__(name):
    asked.append(name)
    raise AttributeError(name)

import json.tool
"""

SCRIPT = """
import builtins
plain = builtins.__import__
from hitl_desktop.qt_import import import_qt
import_qt()
import PySide6.QtNetwork
assert builtins.__import__ is plain
import asked
print(asked.asked)
"""


def test_a_module_that_is_imported_after_qt_is_not_looked_into(tmp_path: Path) -> None:
    """PySide6's own `__import__` asks it for `__wrapped__`, half imported as it is; pydantic then imports more."""
    (tmp_path / "asked.py").write_text(ASKED, encoding="utf-8")
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    result = subprocess.run(
        [sys.executable, str(tmp_path / "script.py")], capture_output=True, text=True, timeout=60, check=False
    )
    assert (result.returncode, result.stdout) == (0, "[]\n"), result.stderr
