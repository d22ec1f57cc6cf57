from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from hitl_desktop import __version__
from hitl_desktop.app import Options
from hitl_desktop.cli import main
from hitl_desktop.cli.trusting import trust_project
from hitl_desktop.records.trust_file import users_trust
from tests.cli.conftest import Command


def test_version(command: Command) -> None:
    ended = command("--version")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"hitl-desktop {__version__}\n", "")
    assert metadata.version("hitl-desktop") == __version__


@pytest.mark.parametrize("arguments", [("--help",), ("threads", "--help"), ("doctor", "--help")])
def test_help(command: Command, arguments: tuple[str, ...]) -> None:
    ended = command(*arguments)
    assert ended.returncode == 0
    assert ended.stdout.startswith("usage: hitl-desktop")
    assert ended.stderr == ""


@pytest.mark.parametrize(
    "arguments", [("frobnicate",), ("--frobnicate",), ("threads", "--project", "."), ("doctor", "--database")]
)
def test_wrong_use(command: Command, arguments: tuple[str, ...]) -> None:
    ended = command(*arguments)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith("usage: hitl-desktop")


BEFORE_THE_GUARD = """
import sys
from hitl_desktop.network_guard import NetworkGuard
install = NetworkGuard.install
def note(guard):
    print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)
    install(guard)
NetworkGuard.install = note
from hitl_desktop.cli import main
sys.exit(main())
"""


@pytest.mark.parametrize("arguments", [("threads",), ("doctor",), ("journal", "verify"), ()])
def test_the_guard_is_there_before_anything_that_might_use_the_network(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "none of Qt's")  # the window is refused, but not before the guard is there
    ended = subprocess.run(
        [sys.executable, "-c", BEFORE_THE_GUARD, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    loaded = set(ended.stderr.splitlines()[0].split())
    assert "hitl_desktop" in loaded
    assert loaded.isdisjoint({"langgraph", "langchain", "langchain_core", "langsmith", "httpx", "PySide6", "requests"})


class TestDoctor:
    @pytest.fixture(autouse=True)
    def machine(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A user who has started the program before, on a machine that can show a window."""
        (home / "data").mkdir(parents=True)
        monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")

    def test_all_is_well(self, command: Command) -> None:
        ended = command("doctor", "--json")
        findings = json.loads(ended.stdout)
        assert [finding for finding in findings if finding["wrong"]] == []
        assert (ended.returncode, ended.stderr) == (0, "")
        found = {finding["about"]: finding["found"] for finding in findings}
        assert found["hitl-desktop"] == __version__
        assert found["langgraph"] == metadata.version("langgraph")
        assert found["Window"] == "can be shown"
        assert "mail_assistant" in found["Project"]
        assert found["Network"] == "refused, but for this machine"
        assert found["Tracing"].startswith("off")

    def test_allowed_hosts_are_named(self, command: Command, home: Path) -> None:
        (home / "settings").mkdir()
        (home / "settings" / "settings.toml").write_text('allowed_hosts = ["b.lan", "A.lan"]\n')
        found = {finding["about"]: finding["found"] for finding in json.loads(command("doctor", "--json").stdout)}
        assert found["Network"] == "refused, but for this machine and what the settings name: a.lan, b.lan"

    def test_another_machine_in_the_environment_is_not_asked(
        self, command: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OLLAMA_HOST", "192.0.2.1")
        found = {finding["about"]: finding["found"] for finding in json.loads(command("doctor", "--json").stdout)}
        assert found["Ollama"].startswith("not asked. OLLAMA_HOST names another machine, http://192.0.2.1:11434;")

    def test_text_has_a_line_for_each_finding(self, command: Command) -> None:
        ended = command("doctor")
        assert (ended.returncode, ended.stderr) == (0, "")
        findings = json.loads(command("doctor", "--json").stdout)
        assert ended.stdout.splitlines() == [f"✓ {finding['about']}: {finding['found']}" for finding in findings]

    def test_no_display_is_a_finding(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        for variable in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
            monkeypatch.delenv(variable, raising=False)
        ended = command("doctor", "--json")
        assert ended.returncode == 1
        wrong = [finding for finding in json.loads(ended.stdout) if finding["wrong"]]
        assert [finding["about"] for finding in wrong] == ["Window"]
        assert "neither DISPLAY nor WAYLAND_DISPLAY is set" in wrong[0]["found"]

    def test_a_folder_that_is_no_project_is_a_finding(self, command: Command, tmp_path: Path) -> None:
        ended = command("doctor", "--json", "--project", tmp_path)
        assert ended.returncode == 1
        assert [finding["about"] for finding in json.loads(ended.stdout) if finding["wrong"]] == ["Project"]

    def test_a_file_that_is_no_database_is_a_finding(self, command: Command, tmp_path: Path) -> None:
        file = tmp_path / "notes.txt"
        file.write_text("not a database")
        ended = command("doctor", "--json", "--database", file)
        assert ended.returncode == 1
        assert [finding["about"] for finding in json.loads(ended.stdout) if finding["wrong"]] == ["Database"]
        assert file.read_text() == "not a database"

    def test_qt_is_not_loaded(self, loaded_by: Callable[..., set[str]]) -> None:
        assert loaded_by("doctor", "--json").isdisjoint({"PySide6", "shiboken6", "qasync"})

    def test_looking_makes_no_files(self, command: Command, home: Path) -> None:
        assert command("doctor").returncode == 0
        assert [path for path in home.rglob("*") if path.is_file()] == []


class TestNoWindow:
    """Qt would abort the process with a message of its own; the program refuses before."""

    @pytest.fixture(autouse=True)
    def machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for variable in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
            monkeypatch.delenv(variable, raising=False)

    def test_without_a_display(self, command: Command, home: Path) -> None:
        ended = command()
        assert ended.returncode > 0
        assert ended.stdout == ""
        assert ended.stderr.startswith("hitl-desktop: there is no display")
        assert not home.exists()

    def test_where_the_display_does_not_answer(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DISPLAY", ":64321")
        ended = command()
        assert ended.returncode > 0
        assert ended.stderr.startswith("hitl-desktop: ")
        assert "Aborted" not in ended.stderr

    def test_where_the_folder_of_the_user_is_a_file(
        self, command: Command, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
        home.write_text("mine")
        ended = command()
        assert ended.returncode > 0
        assert ended.stdout == ""
        assert f"The folder {home / 'data'} cannot be created" in ended.stderr
        assert "Traceback" not in ended.stderr
        assert home.read_text() == "mine"


class TestTrust:
    """What a project's code would do is a file that appears."""

    @pytest.fixture
    def project(self, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        (home / "data").mkdir(parents=True)
        monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
        folder = tmp_path / "project"
        folder.mkdir()
        (folder / "agent.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
        (folder / "langgraph.json").write_text('{"graphs": {"agent": "./agent.py:graph"}}')
        return folder

    def test_the_doctor_says_whether_a_project_is_trusted_and_runs_none(
        self, command: Command, project: Path, tmp_path: Path
    ) -> None:
        def found() -> str:
            ended = command("doctor", "--json", "--project", project)
            assert ended.returncode == 0
            return next(str(each["found"]) for each in json.loads(ended.stdout) if each["about"] == "Project")

        assert found().endswith("agent; not trusted, so a window asks before its code runs")
        trust_project(project)
        assert found().endswith("agent; trusted")
        assert not (tmp_path / "ran").exists()

    def test_trusting_wants_a_project(self, command: Command, home: Path, project: Path) -> None:
        ended = command("--trust-project")
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "--project DIR" in ended.stderr
        ended = command("--trust-project", "--project", home)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "not a LangGraph project" in ended.stderr

    def test_trusting_for_scripts(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        opened: list[Path] = []

        def run_program(options: Options) -> int:
            opened.append(options.project)
            return 0

        monkeypatch.setattr("hitl_desktop.app.run_program", run_program)
        assert main(["--project", str(project)]) == 0
        assert users_trust().folders() == ()
        assert main(["--project", str(project), "--trust-project"]) == 0
        assert [each.folder for each in users_trust().folders()] == [str(project)]
        assert opened == [project, project]
