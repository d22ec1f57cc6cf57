"""What the scripts that take the pictures share: the program on an offscreen screen, in a home that is thrown away."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from hitl_desktop.app import Program
    from hitl_desktop.core.review import Review

IMAGES: Final = Path(__file__).parent / "images"

_NOBODY_LISTENS: Final = "127.0.0.1:9"
_SECONDS: Final = 180


def first_question(review: Review) -> bool:
    """Whether the thread asks anything."""
    return bool(review.requests)


@dataclass(frozen=True, slots=True)
class Picture:
    """When a run has come to what its picture shows, and what it begins with: by default what the form offers."""

    shown: Callable[[Review], bool] = first_question
    given: Any = None


def shoot(take: Callable[[], Coroutine[Any, Any, None]], ollama: str = _NOBODY_LISTENS) -> None:
    """Run what takes the pictures on the program's loop. Without an Ollama the embedded model answers."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["HITL_DESKTOP_HOME"] = home
        os.environ["HITL_EFFECTS_DIR"] = f"{home}/effects"
        os.environ["OLLAMA_HOST"] = ollama
        from hitl_desktop.qt_import import import_qt

        import_qt()
        from PySide6.QtWidgets import QApplication

        from hitl_desktop.loop import run

        application = QApplication(sys.argv[:1])
        application.setQuitOnLastWindowClosed(False)
        run(take())


async def shoot_panels(project: Path, pictures: Mapping[str, Picture], folder: Path) -> None:
    """Run each of these graphs of a project, and save its review panel as the graph's name with `.png`."""
    from hitl_desktop.app import Options, Program
    from hitl_desktop.cli.trusting import trust_project
    from hitl_desktop.locations import default_database, ensure

    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    trust_project(project)
    database = default_database()
    ensure(database.parent)
    program = Program(Options(database, project))
    program.window.resize(1440, 800)
    running = asyncio.create_task(program.run())
    await program.ready.wait()
    for graph, picture in pictures.items():
        await _run_until_shown(program, graph, picture)
        program.window.review.grab().save(str(folder / f"{graph}.png"))
    program.window.close()
    await running


async def _run_until_shown(program: Program, graph: str, picture: Picture) -> None:
    from hitl_desktop.core.dialects.schema_answer import title_of_input
    from hitl_desktop.core.schema import first_value

    info = program.session.project.graph(graph)
    if info is None:
        raise LookupError(f"the project has no graph {graph}: {program.session.project.error or 'nothing is wrong'}")
    given = first_value(info.input_schema) if picture.given is None else picture.given
    program.controller.reviews.start(graph, given, title_of_input(given))
    for _ in range(_SECONDS * 10):
        review = program.window.review.review
        if review is not None and review.detail.summary.graph == graph and picture.shown(review):
            await asyncio.sleep(1.0)  # until the buttons are live, and the question stands where it stays
            return
        await asyncio.sleep(0.1)
    raise TimeoutError(f"{graph} did not come to what its picture shows")
