"""The command line: the window, the inbox as text, and the doctor. Only data goes to standard output."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from hitl_desktop import __version__
from hitl_desktop.locations import bundled_graphs, default_database, ensure, for_the_user_alone, state_folder
from hitl_desktop.network_guard import guard

_FINE, _FINDING, _WRONG_USE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name; returns the exit code: 0 fine, 1 a finding, 2 wrong use."""
    guard.install()  # before anything is imported that might use the network
    options = _parser().parse_args(arguments)
    command = {None: _window, "threads": _threads, "doctor": _doctor, "journal": _journal, "key": _key}[options.command]
    try:
        return command(options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of a pipe has gone, as `head` does
        sys.stderr.close()
        return _FINE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hitl-desktop", description="Review what LangGraph agents want to do.")
    parser.add_argument("--version", action="version", version=f"hitl-desktop {__version__}")
    parser.set_defaults(command=None)
    _add_database(parser)
    parser.add_argument(
        "--project", type=Path, metavar="DIR", help="folder with a langgraph.json; default: the examples"
    )
    parser.add_argument(
        "--trust-project",
        action="store_true",
        help="run the code of the project named by --project without asking, now and from now on; "
        "the settings list it and can withdraw it",
    )
    parser.add_argument("--read-only", action="store_true", help="look only: run and change nothing")
    parser.add_argument(
        "--encrypt",
        action="store_true",
        help="make the database an encrypted one, with its key in the keyring of the system; "
        "refuses one that has threads which are not encrypted",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    threads = commands.add_parser("threads", help="list the threads of a database, without running anything")
    _add_database(threads)
    threads.add_argument("--state", help="only these states, separated by commas, for example waiting,failed")
    threads.add_argument("--json", action="store_true", help="print JSON")
    _add_journal(commands.add_parser("journal", help="check or export what was decided on a database"))
    _add_key(commands.add_parser("key", help="show the key of an encrypted database, to keep a copy, or bring it back"))
    doctor = commands.add_parser("doctor", help="check versions, database, project and models")
    _add_database(doctor)
    _add_project(doctor, default=argparse.SUPPRESS)
    doctor.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _add_journal(parser: argparse.ArgumentParser) -> None:
    tasks = parser.add_subparsers(dest="task", metavar="TASK", required=True)
    verify = tasks.add_parser("verify", help="find entries that were changed, removed, reordered or inserted")
    _add_database(verify)
    about = "an earlier export as jsonl, to compare with; may be given several times"
    verify.add_argument("--export", type=Path, action="append", metavar="FILE", default=[], help=about)
    export = tasks.add_parser("export", help="write all entries to standard output or to a file")
    _add_database(export)
    export.add_argument("--format", choices=("jsonl", "csv", "md"), default="jsonl", help="default: jsonl")
    export.add_argument("--output", type=Path, metavar="FILE", help="a new file; default: standard output")


def _add_key(parser: argparse.ArgumentParser) -> None:
    tasks = parser.add_subparsers(dest="task", metavar="TASK", required=True)
    _add_database(tasks.add_parser("show", help="print the key: whoever has it can read the database"))
    about = "put the key into the keyring of the system; it is typed, or read from standard input"
    _add_database(tasks.add_parser("import", help=about))


def _add_database(parser: argparse.ArgumentParser) -> None:
    # SUPPRESS: what stands before the command must not be undone by the default of the one after it.
    parser.add_argument(
        "--database",
        type=Path,
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="LangGraph SQLite checkpoint database; default: the user's own",
    )


def _add_project(parser: argparse.ArgumentParser, default: str | None) -> None:
    about = "folder with a langgraph.json; default: the examples"
    parser.add_argument("--project", type=Path, metavar="DIR", default=default, help=about)


def _window(options: argparse.Namespace) -> int:
    from hitl_desktop.cli.system_check import missing_for_a_window

    if problem := missing_for_a_window():
        return _refuse(problem)
    if options.trust_project and options.project is None:
        return _refuse("--trust-project wants the folder that is trusted: --project DIR")
    database = getattr(options, "database", None)
    try:
        project = options.project or bundled_graphs()
        if database is None:
            database = default_database()
            ensure(database.parent)
        ensure(state_folder())  # a second start is told from the first one by it
    except OSError as error:
        return _refuse(str(error))
    if options.trust_project and (problem := _trust(project)):
        return _refuse(problem)
    examples = not options.read_only and options.project is None and not database.exists()
    if options.encrypt and (problem := _encrypt(database.absolute())):
        return _refuse(problem)

    from hitl_desktop.qt_import import import_qt

    import_qt()

    from hitl_desktop.app import Options, run_program

    return run_program(Options(database.absolute(), project.absolute(), options.read_only, examples))


def _trust(project: Path) -> str:
    """Trust a project; returns what is wrong, else an empty text."""
    from hitl_desktop.backends.project.manifest import ManifestError
    from hitl_desktop.cli.trusting import trust_project

    try:
        trust_project(project)
    except ManifestError as error:
        return str(error)
    except OSError as error:
        return f"that {project} is trusted could not be kept: {error}"
    return ""


def _encrypt(database: Path) -> str:
    """Make a database an encrypted one; returns what is wrong, else an empty text."""
    from hitl_desktop.cli.keys import encrypt
    from hitl_desktop.core.backend import BackendError
    from hitl_desktop.encryption.keys import EncryptionError

    try:
        if done := encrypt(database):
            sys.stderr.write(f"{done}\n")
    except (EncryptionError, BackendError) as error:
        return str(error)
    return ""


def _key(options: argparse.Namespace) -> int:
    from hitl_desktop.cli.keys import WARNING, bring_back, read_key, show
    from hitl_desktop.core.backend import BackendError
    from hitl_desktop.encryption.keys import EncryptionError

    database = getattr(options, "database", default_database()).absolute()
    try:
        if options.task == "show":
            sys.stdout.write(f"{show(database)}\n")
            sys.stderr.write(WARNING)
        else:
            bring_back(database, read_key())
            sys.stderr.write(f"The key of {database} is in the keyring.\n")
    except (EncryptionError, BackendError) as error:
        sys.stderr.write(f"{error}\n")
        return _FINDING
    return _FINE


def _threads(options: argparse.Namespace) -> int:
    from hitl_desktop.cli.thread_listing import as_json, as_text, list_threads, wanted_states
    from hitl_desktop.core.backend import BackendError

    try:
        states = wanted_states(options.state)
        threads, complaint = list_threads(getattr(options, "database", default_database()), states)
    except ValueError as error:
        return _refuse(str(error))
    except BackendError as error:
        sys.stderr.write(f"{error}\n")
        return _FINDING
    if options.json:
        sys.stdout.write(json.dumps(as_json(threads), ensure_ascii=True, indent=2) + "\n")
    else:
        sys.stdout.write(as_text(threads))
    if complaint:
        sys.stderr.write(f"{complaint}\n")
    return _FINDING if complaint else _FINE


def _journal(options: argparse.Namespace) -> int:
    from hitl_desktop.cli.journal import export, verify
    from hitl_desktop.core.records import RecordsError

    database = getattr(options, "database", default_database())
    try:
        if options.task == "verify":
            count, found = verify(database, options.export)
            sys.stdout.write("".join(f"{finding.words}\n" for finding in found))
            words = f"{len(found)} findings" if found else "The journal is whole"
            sys.stderr.write(f"{words}: {count} entries.\n")
            return _FINDING if found else _FINE
        if options.output is None:
            count, lacks = export(database, options.format, sys.stdout.write)
        else:
            with open(options.output, "x", encoding="utf-8", newline="", opener=for_the_user_alone) as file:
                count, lacks = export(database, options.format, file.write)
            sys.stderr.write(f"{count} entries were written to {options.output}.\n")
        if lacks:
            sys.stderr.write(f"{lacks}\n")
            return _FINDING
    except (ValueError, FileExistsError) as error:
        return _refuse(str(error))
    except (RecordsError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return _FINDING
    return _FINE


def _doctor(options: argparse.Namespace) -> int:
    from hitl_desktop.cli.doctor import as_text, examine

    findings = asyncio.run(
        examine(getattr(options, "database", default_database()), options.project or bundled_graphs())
    )
    if options.json:
        sys.stdout.write(json.dumps([finding.to_json() for finding in findings], indent=2) + "\n")
    else:
        sys.stdout.write(as_text(findings))
    return _FINDING if any(finding.wrong for finding in findings) else _FINE


def _refuse(message: str) -> int:
    sys.stderr.write(f"hitl-desktop: {message}\n")
    return _WRONG_USE
