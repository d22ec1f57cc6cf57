"""What the window says of the network: which hosts are allowed, and what was refused. Nothing here is modal."""

from __future__ import annotations

import asyncio
import socket
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from hitl_desktop.core.network import Refusal
from hitl_desktop.core.settings import Settings
from hitl_desktop.network_guard import NetworkRefusedError, guard
from hitl_desktop.records.settings_file import load_settings
from hitl_desktop.testing.driver import open_window
from hitl_desktop.testing.waiting import until
from hitl_desktop.ui.network_notices import NetworkNotices
from hitl_desktop.ui.notices import Notices
from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.settings_dialog import SettingsDialog
from hitl_desktop.ui.status import Status

NOON = datetime(2026, 1, 2, 12)


def refused(host: str, where: str = "/project/agents.py:12 in fetch", node: str = "search") -> Refusal:
    return Refusal("connect to", host, 443, NOON, where, node)


@pytest.mark.parametrize(
    ("hosts", "text", "words"),
    [
        ((), "Offline", "Nothing but this machine is reached"),
        (("ollama.lan",), "Local + 1 host", "ollama.lan"),
        (("<b>a</b>", "ollama.lan"), "Local + 2 hosts", "&lt;b&gt;a&lt;/b&gt;<br>ollama.lan"),
    ],
)
def test_the_status_bar_says_what_may_be_reached(qtbot: QtBot, hosts: tuple[str, ...], text: str, words: str) -> None:
    status = Status("t.db")
    qtbot.addWidget(status)
    status.show_network(("other.lan",))
    status.show_network(hosts)
    label = status.findChild(PlainLabel, "status_offline")
    assert label is not None
    assert (label.text(), label.accessibleName()) == (text, text)
    assert words in label.toolTip()
    assert "other.lan" not in label.toolTip()


class TestNotices:
    @pytest.fixture
    def notices(self, qtbot: QtBot) -> Notices:
        notices = Notices()
        qtbot.addWidget(notices)
        return notices

    @pytest.fixture
    def network(self, notices: Notices) -> NetworkNotices:
        return NetworkNotices(notices, lambda: None)

    def test_one_says_who_tried_what_and_what_to_do(self, network: NetworkNotices, notices: Notices) -> None:
        network.show([refused("example.com")])
        assert notices.texts == (
            "“fetch” (agents.py:12), in the node “search”, tried to connect to example.com:443. That was refused, and "
            "nothing was sent. If it may be reached, add it to the allowed hosts in the settings.",
        )

    def test_where_nobody_is_known(self, network: NetworkNotices, notices: Notices) -> None:
        network.show([refused("example.com", "", "")])
        assert notices.texts[0].startswith("A library tried to connect to example.com:443.")

    def test_a_host_is_told_once(self, network: NetworkNotices, notices: Notices) -> None:
        network.show([refused("a.example"), refused("a.example", "/project/agents.py:30 in again")])
        network.show([refused("a.example")])
        texts = notices.texts
        assert len(texts) == 1
        notices.remove(texts[0])
        network.show([refused("a.example")])
        assert len(notices.texts) == 0

    def test_several_are_one_notice(self, network: NetworkNotices, notices: Notices) -> None:
        notices.add("Something else is wrong.")
        for number in range(7):
            network.show([refused(f"host{number}.example")])
        other, text = notices.texts
        assert other == "Something else is wrong."
        assert text.startswith("7 attempts to leave this machine were refused, and nothing was sent: host0.example:443")
        assert "host4.example:443 and 2 more." in text

    def test_after_it_was_closed_only_what_is_new_is_told(self, network: NetworkNotices, notices: Notices) -> None:
        network.show([refused("a.example"), refused("b.example")])
        notices.remove(notices.texts[0])
        network.show([refused("a.example"), refused("c.example")])
        (text,) = notices.texts
        assert "c.example" in text
        assert "a.example" not in text

    def test_when_other_hosts_are_allowed_it_begins_anew(self, network: NetworkNotices, notices: Notices) -> None:
        network.show([refused("a.example")])
        network.set_allowed(())
        assert len(notices.texts) == 1
        network.set_allowed(("a.example",))
        assert len(notices.texts) == 0
        network.show([refused("a.example")])
        assert len(notices.texts) == 1

    def test_the_number_of_hosts_is_bounded(self, network: NetworkNotices, notices: Notices) -> None:
        network.show([refused(f"host{number}.example") for number in range(5_000)])
        (text,) = notices.texts
        assert text.startswith("1000 attempts")


class TestSettings:
    @pytest.fixture
    def saved(self) -> list[Settings]:
        return []

    @pytest.fixture
    def dialog(self, qtbot: QtBot, saved: list[Settings]) -> SettingsDialog:
        dialog = SettingsDialog(Settings(allowed_hosts=("ollama.lan", "10.0.0.5")), None)
        qtbot.addWidget(dialog)
        dialog.changed.connect(saved.append)
        dialog.open()
        return dialog

    def field(self, dialog: SettingsDialog) -> QLineEdit:
        found = dialog.findChild(QLineEdit, "settings_allowed_hosts")
        assert found is not None
        return found

    def about(self, dialog: SettingsDialog) -> str:
        found = dialog.findChild(QLabel, "settings_allowed_hosts_about")
        assert isinstance(found, PlainLabel)
        return found.plain_text()

    def save(self, dialog: SettingsDialog) -> None:
        button = dialog.findChild(QPushButton, "settings_save")
        assert button is not None
        button.click()

    def test_hosts_are_shown_and_saved_in_one_spelling(self, dialog: SettingsDialog, saved: list[Settings]) -> None:
        assert self.field(dialog).text() == "ollama.lan, 10.0.0.5"
        self.field(dialog).setText("Ollama.LAN., 10.5 ,, b\u00fccher.lan")
        self.save(dialog)
        assert saved == [Settings(allowed_hosts=("ollama.lan", "10.0.0.5", "xn--bcher-kva.lan"))]
        assert not dialog.isVisible()

    def test_what_is_no_host_keeps_the_dialog_open_and_says_why(
        self, dialog: SettingsDialog, saved: list[Settings]
    ) -> None:
        self.field(dialog).setText("ollama.lan, http://example.com/x")
        self.save(dialog)
        assert saved == []
        assert dialog.isVisible()
        assert self.about(dialog).startswith("Not saved: “http://example.com/x” is neither the name nor the address")
        QTest.keyClicks(self.field(dialog), "y")
        assert self.about(dialog).startswith("Other machines that graphs may reach")


def attempt(host: str) -> None:
    """What the hook would ask of the guard; it is not installed in the process of the tests."""
    with socket.socket() as one, pytest.raises(NetworkRefusedError):
        guard.check("socket.connect", (one, (host, 443)))


async def test_the_window_tells_what_was_refused_and_allows_what_the_settings_say(tmp_path: Path, home: Path) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        await driver.ready()
        label = driver.find(QLabel, "status_offline")
        assert label.text() == "Offline"
        before = driver.notices
        await asyncio.to_thread(attempt, "api.example.com")
        await until(lambda: len(driver.notices) > len(before), message="nothing is told")
        assert "“attempt” (test_network.py:" in driver.notices[-1]
        assert "tried to connect to api.example.com:443" in driver.notices[-1]
        await driver.click("notice_action")
        await driver.type_into("settings_allowed_hosts", "api.example.com, 10.0.0.5")
        await driver.click("settings_save")
        await until(lambda: label.text() == "Local + 2 hosts", message="the status bar does not follow")
        assert driver.notices == before
        with socket.socket() as one:
            guard.check("socket.connect", (one, ("api.example.com", 443)))
            guard.check("socket.connect", (one, ("10.0.0.5", 443)))
        attempt("other.example.com")
        await until(lambda: len(driver.notices) > len(before), message="what is refused now is not told")
    settings, complaints = load_settings(home / "settings" / "settings.toml")
    assert (settings.allowed_hosts, complaints) == (("api.example.com", "10.0.0.5"), ())
    async with open_window(tmp_path / "t.db") as driver:
        await driver.shown("status_offline")
        assert driver.find(QLabel, "status_offline").text() == "Local + 2 hosts"
