"""Everything that can be done with a key: one table for the menus, the palette and the list of keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QPlainTextEdit, QTextEdit

from hitl_desktop.ui.held_keys import HeldKeys


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its stable name, what the menus call it, the menu it is in, and its usual key."""

    name: str
    label: str
    menu: str
    key: str = ""
    icon: str = ""


COMMANDS: tuple[Command, ...] = (
    Command("new_run", "New run…", "Run", "Ctrl+N", "new-run"),
    Command("models", "Models…", "Run", "Ctrl+Shift+M", "model"),
    Command("open_database", "Open database…", "File", "Ctrl+O", "database"),
    Command("open_project", "Open project…", "File", "Ctrl+Shift+O", "folder"),
    Command("reload_project", "Reload the project", "File", "Ctrl+Shift+R", "retry"),
    Command("settings", "Settings…", "File", "Ctrl+,", "settings"),
    Command("quit", "Quit", "File", "Ctrl+Q"),
    Command("next", "Next thread", "Go", "J", "next"),
    Command("previous", "Previous thread", "Go", "K", "previous"),
    Command("next_waiting", "Next waiting thread", "Go", "N", "waiting"),
    Command("open", "Go to the request (Enter in the inbox)", "Go"),
    Command("search", "Search", "Go", "/", "search"),
    Command("next_pane", "Next pane", "Go", "F6"),
    Command("refresh", "List the threads anew", "Go", "F5", "retry"),
    Command("edit", "Edit", "Decide", "E", "edit"),
    Command("agree", "Approve or send", "Decide", "Ctrl+Return", "approve"),
    Command("agree_as_edited", "Approve as edited", "Decide", "Ctrl+Shift+Return", "edit"),
    Command("reject", "Reject…", "Decide", "Ctrl+Backspace", "reject"),
    Command("respond", "Answer instead…", "Decide", "Ctrl+R", "respond"),
    Command("ignore", "Ignore", "Decide", "", "ignore"),
    Command("end", "End the thread…", "Decide", "", "stop"),
    Command("undo", "Undo the held decision", "Decide", "Ctrl+Z", "undo"),
    Command("pause_run", "Pause before the next step", "Run", "Ctrl+Shift+.", "pause"),
    Command("stop_run", "Stop the run", "Run", "Ctrl+.", "stop"),
    Command("palette", "All commands…", "Help", "Ctrl+K", "search"),
    Command("keys", "List of keys", "Help", "?"),
)

LETTERS: Mapping[str, str] = {"agree": "A", "reject": "R", "respond": "C"}
"""The single letters that decide where the settings ask for them."""


def add_commands(
    window: QMainWindow,
    slots: Mapping[str, Callable[[], object]],
    keys: Mapping[str, str],
    held_keys: HeldKeys,
    *,
    letters: bool,
) -> dict[str, QAction]:
    """Make an action of every command, with its menu and key, that calls the slot of its name.

    `keys` are the user's own, by command name. A key that is held down fires once; a single letter never
    fires while somebody types.
    """
    actions: dict[str, QAction] = {}
    menus = {menu: window.menuBar().addMenu(menu) for menu in ("File", "Go", "Decide", "Run", "Help")}
    for command in COMMANDS:
        action = QAction(command.label, window)
        action.setObjectName(f"command:{command.name}")
        shortcuts = [keys.get(command.name, command.key)]
        if letters and command.name in LETTERS:
            shortcuts.append(LETTERS[command.name])
        if shortcuts[0].endswith("Return"):
            shortcuts.append(shortcuts[0].replace("Return", "Enter"))  # the number pad's
        action.setShortcuts([QKeySequence(key) for key in shortcuts if key])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        slot = _unless_typing(slots[command.name], single=len(shortcuts[0]) == 1)
        if command.name not in ("next", "previous"):
            action.setAutoRepeat(False)
            slot = _unless_held(slot, held_keys)
        action.triggered.connect(slot)
        menus[command.menu].addAction(action)
        actions[command.name] = action
    return actions


def usable_keys(chosen: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Of the keys that a person chose, those that can be used; and a sentence for each that cannot.

    An empty key is one: the command has none then. Two commands on one key would both do nothing (Qt calls such a
    key ambiguous), so the choice that takes another command's key away is left out.
    """
    complaints: list[str] = []
    usual = {command.name: command.key for command in COMMANDS}
    keys: dict[str, str] = {}
    for name, key in chosen.items():
        if name not in usual:
            complaints.append(f"The setting keys.{name} is not used: there is no such command.")
        elif key and not _is_key(key):
            complaints.append(f"The setting keys.{name} is not used: “{key}” is not a key, as “Ctrl+Return” is one.")
        else:
            keys[name] = key
    for name, key in list(keys.items()):
        others = {QKeySequence(each): other for other, each in {**usual, **keys}.items() if each and other != name}
        if key and (other := others.get(QKeySequence(key))):
            complaints.append(f"The setting keys.{name} is not used: “{key}” is the key of “{other}” already.")
            del keys[name]
    return keys, complaints


def _is_key(text: str) -> bool:
    return bool(QKeySequence(text).toString())


def _unless_typing(slot: Callable[[], object], *, single: bool) -> Callable[[], None]:
    def call() -> None:
        if not (single and is_typing()):
            slot()

    return call


def _unless_held(slot: Callable[[], None], held_keys: HeldKeys) -> Callable[[], None]:
    def call() -> None:
        if not held_keys.repeating:
            slot()

    return call


def is_typing() -> bool:
    """Whether the keyboard is in a field that takes text."""
    focus = QApplication.focusWidget()
    return isinstance(focus, QLineEdit | QPlainTextEdit | QTextEdit) and not focus.isReadOnly()
