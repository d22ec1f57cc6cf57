"""Which language a text is code in, by the names around it. A new language is a line in one of the tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from hitl_desktop.core.file_changes import PATH_NAMES
from hitl_desktop.core.values import Json

BY_FIELD_NAME = {
    "code": "python",  # by far the most frequent language of tools that take code
    "python": "python",
    "python_code": "python",
    "javascript": "javascript",
    "sql": "sql",
    "sql_query": "sql",
    "query": "sql",
    "statement": "sql",
    "bash": "bash",
    "shell": "bash",
    "command": "bash",
    "cmd": "bash",
    "script": "bash",
    "commands": "bash",
    "json": "json",
    "yaml": "yaml",
    "html": "html",
    "xml": "xml",
    "css": "css",
    "diff": "diff",
    "patch": "diff",
}
"""Lexers of Pygments by the name of the field. `query` and `code` are coloured as such only if they look like it."""

BY_SUFFIX = {
    ".py": "python",
    ".pyi": "python",
    ".js": "javascript",
    ".mjs": "javascript",
    ".ts": "typescript",
    ".tsx": "typescript",
    ".jsx": "javascript",
    ".json": "json",
    ".sh": "bash",
    ".bash": "bash",
    ".zsh": "bash",
    ".ps1": "powershell",
    ".bat": "batch",
    ".sql": "sql",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".ini": "ini",
    ".cfg": "ini",
    ".html": "html",
    ".htm": "html",
    ".xml": "xml",
    ".css": "css",
    ".c": "c",
    ".h": "c",
    ".cpp": "cpp",
    ".cc": "cpp",
    ".hpp": "cpp",
    ".cs": "csharp",
    ".java": "java",
    ".kt": "kotlin",
    ".go": "go",
    ".rs": "rust",
    ".rb": "ruby",
    ".php": "php",
    ".swift": "swift",
    ".lua": "lua",
    ".r": "r",
    ".tf": "terraform",
    ".diff": "diff",
    ".patch": "diff",
}
BY_FILE_NAME = {"dockerfile": "docker", "makefile": "make", "cmakelists.txt": "cmake"}

BY_FENCE = {
    "py": "python",
    "python3": "python",
    "js": "javascript",
    "ts": "typescript",
    "sh": "bash",
    "shell": "bash",
    "console": "console",
    "yml": "yaml",
    "c++": "cpp",
    "c#": "csharp",
    "golang": "go",
    "rs": "rust",
    "rb": "ruby",
    "dockerfile": "docker",
    "makefile": "make",
    "hcl": "terraform",
}
"""The words behind a fence that are not the name of the lexer already."""

_KNOWN = {*BY_FIELD_NAME.values(), *BY_SUFFIX.values(), *BY_FILE_NAME.values(), *BY_FENCE.values()}
_CODE_FIELDS = {"content", "contents", "text", "file_text", "new_content"}
_MARKUP = {"html", "xml", "css", "json", "yaml"}  # on one line it reads as well without colours
_LOOKS_LIKE_SQL = ("select", "insert", "update", "delete", "with", "create", "drop", "alter", "explain", "merge")


def language_of_fence(word: str) -> str | None:
    """The lexer for the word behind a fence, or None for one that is not known."""
    name = word.strip().lower()
    return BY_FENCE.get(name, name if name in _KNOWN else None)


def language_of_file(path: str) -> str | None:
    """The lexer for a file of this name."""
    file = PurePosixPath(path.replace("\\", "/"))
    return BY_FILE_NAME.get(file.name.lower()) or BY_SUFFIX.get(file.suffix.lower())


def language_of_field(name: str, text: str, siblings: Mapping[str, Json]) -> str | None:
    """The lexer for the text of a field, by a file that a field beside it names, or by its own name; else None."""
    own = name.lower()
    if own in _CODE_FIELDS or own.startswith(("old_", "new_", "insert_")):
        paths = (siblings.get(each) for each in PATH_NAMES)
        return next((language_of_file(path) for path in paths if isinstance(path, str)), None)
    if own == "code" and isinstance(language := siblings.get("language", siblings.get("lang")), str):
        return language_of_fence(language)
    language = BY_FIELD_NAME.get(own)
    if language in _MARKUP and "\n" not in text:
        return None
    if own in ("query", "statement") and not text.lstrip().lower().startswith(_LOOKS_LIKE_SQL):
        return None
    return language
