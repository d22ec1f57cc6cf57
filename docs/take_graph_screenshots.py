"""Takes the pictures of docs/graphs.md from real runs: ``uv run python docs/take_graph_screenshots.py [GRAPH ...]``.

Each graph of `PICTURES` (or those that are named) runs in the program with the embedded model, from the sample that the
form offers to the question that the picture shows; nothing in the pictures is made up.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hitl_desktop.app import Program
    from hitl_desktop.core.review import Review

_IMAGES = Path(__file__).parent / "images" / "graphs"
_SECONDS = 180

Shown = Callable[["Review"], bool]


def first_question(review: Review) -> bool:
    """Whether the thread asks anything."""
    return bool(review.requests)


PICTURES: dict[str, Shown] = {
    "mail_assistant": first_question,
    "mail_assistant_per_call": first_question,
    "action_approval": first_question,
    "tool_gate": first_question,
    "tool_gate_after": first_question,
    "barista": first_question,
    "revise_text": first_question,
    "stepwise": first_question,
    "staged_approval": first_question,
    "medication_order": first_question,
    "drug_report": first_question,
    "drug_report_after": first_question,
    "fan_out": first_question,
    "research_team": first_question,
}
"""What each picture shows, by graph: the review that is waited for."""


async def take(graphs: list[str]) -> None:
    """Run each graph and save a picture of its review panel."""
    from hitl_desktop.app import Options, Program
    from hitl_desktop.locations import bundled_graphs, default_database, ensure

    database = default_database()
    ensure(database.parent)
    program = Program(Options(database, bundled_graphs()))
    program.window.resize(1440, 800)
    running = asyncio.create_task(program.run())
    await program.ready.wait()
    for graph in graphs:
        await _run_until_shown(program, graph, PICTURES[graph])
        program.window.review.grab().save(str(_IMAGES / f"{graph}.png"))
    program.window.close()
    await running


async def _run_until_shown(program: Program, graph: str, shown: Shown) -> None:
    from hitl_desktop.core.dialects.schema_answer import title_of_input
    from hitl_desktop.core.schema import first_value

    info = program.session.project.graph(graph)
    if info is None:
        raise LookupError(f"the project has no graph {graph}: {program.session.project.error or 'nothing is wrong'}")
    sample = first_value(info.input_schema)
    program.controller.reviews.start(graph, sample, title_of_input(sample))
    for _ in range(_SECONDS * 10):
        review = program.window.review.review
        if review is not None and review.detail.summary.graph == graph and shown(review):
            await asyncio.sleep(1.0)  # until the buttons are live, and the question stands where it stays
            return
        await asyncio.sleep(0.1)
    raise TimeoutError(f"{graph} did not come to what its picture shows")


def main() -> None:
    """Take the pictures on an offscreen screen, in a home that is thrown away."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["HITL_DESKTOP_HOME"] = home
        os.environ["HITL_EFFECTS_DIR"] = f"{home}/effects"
        os.environ["OLLAMA_HOST"] = "127.0.0.1:9"  # nobody listens there: the embedded model answers
        from hitl_desktop.qt_import import import_qt

        import_qt()
        from PySide6.QtWidgets import QApplication

        from hitl_desktop.loop import run

        application = QApplication(sys.argv[:1])
        application.setQuitOnLastWindowClosed(False)
        _IMAGES.mkdir(parents=True, exist_ok=True)
        run(take(sys.argv[1:] or list(PICTURES)))


if __name__ == "__main__":
    main()
