"""Puts the code of docs/your-own-graph into docs/your-own-graph.md: ``uv run python docs/fill_guide.py``.

A comment in the page names a file, and what of it is shown: ``<!-- refund.py -->``, ``<!-- refund.py: State ask -->``.
The code block after it is written anew, so that the page always shows what is tested.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

PAGE = Path(__file__).parent / "your-own-graph.md"
PROJECT = Path(__file__).parent / "your-own-graph"

_PLACE = re.compile(r"^<!-- (?P<file>[\w.]+\.py)(?:: (?P<names>[\w ]+))? -->\n(?:\n```python\n.*?^```\n)?", re.M | re.S)

_DEFINITION = re.compile(r"^(?:class|def|async def) ", re.MULTILINE)


def filled(page: str) -> str:
    """The text of the page with the code of its files. Raises `LookupError` for a name that a file does not have."""
    return _PLACE.sub(_block, page)


def _block(place: re.Match[str]) -> str:
    source = (PROJECT / place["file"]).read_text(encoding="utf-8")
    parts = [_part(source, name) for name in place["names"].split()] if place["names"] else [source.rstrip()]
    title = place[0].splitlines()[0]
    code = ("\n\n\n" if _DEFINITION.search("\n".join(parts)) else "\n").join(parts)
    return f"{title}\n\n```python\n{code}\n```\n"


def _part(source: str, name: str) -> str:
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            return "\n".join(source.splitlines()[first - 1 : node.end_lineno])
        if isinstance(node, ast.Assign | ast.AnnAssign) and name in _names_of(node):
            return ast.get_source_segment(source, node) or ""
    raise LookupError(name)


def _names_of(value: ast.Assign | ast.AnnAssign) -> list[str]:
    targets = value.targets if isinstance(value, ast.Assign) else [value.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
