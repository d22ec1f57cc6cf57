"""Something to decide for a newcomer: some of the example graphs, really run to their first question."""

from __future__ import annotations

from hitl_desktop.core.dialects.schema_answer import title_of_input
from hitl_desktop.core.graphs import Project
from hitl_desktop.core.schema import first_value
from hitl_desktop.ui.window_controller import WindowController

_FIRST_EXAMPLES = ("mail_assistant", "action_approval", "tool_gate")  # few, because each takes the model seconds

_WELCOME = "Welcome. Some example graphs run now, each to its first question, so that there is something to decide."


def run_examples(controller: WindowController, project: Project) -> None:
    """Start those that a newcomer sees first, with their sample inputs, and say so until all of them have stopped."""
    notices = controller.window.notices
    notices.add(_WELCOME, kind="notice")
    running = set()
    for graph in project.graphs:
        if graph.name in _FIRST_EXAMPLES and not graph.error and (sample := first_value(graph.input_schema)):
            running.add(controller.reviews.start_unopened(graph.name, sample, title_of_input(sample)))

    def end(thread_id: str) -> None:
        running.discard(thread_id)
        if not running:
            notices.remove(_WELCOME)

    controller.runs.ended.connect(end)
