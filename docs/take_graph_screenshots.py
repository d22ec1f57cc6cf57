"""Takes the pictures of docs/graphs.md from real runs: ``uv run python docs/take_graph_screenshots.py [GRAPH ...]``.

Each graph of `PICTURES` (or those that are named) runs in the program with the embedded model, from the sample that the
form offers to the question that the picture shows; nothing in the pictures is made up.
"""

from __future__ import annotations

import sys

from shooting import IMAGES, Picture, shoot, shoot_panels

PICTURES = {
    "mail_assistant": Picture(),
    "mail_assistant_per_call": Picture(),
    "action_approval": Picture(),
    "tool_gate": Picture(),
    "tool_gate_after": Picture(),
    "barista": Picture(),
    "revise_text": Picture(),
    "stepwise": Picture(),
    "staged_approval": Picture(),
    "medication_order": Picture(),
    "drug_report": Picture(),
    "drug_report_after": Picture(),
    "fan_out": Picture(),
    "research_team": Picture(),
}
"""What is shown of each graph."""


async def take() -> None:
    """Take the pictures of the graphs that are named, or of all."""
    from hitl_desktop.locations import bundled_graphs

    graphs = sys.argv[1:] or list(PICTURES)
    await shoot_panels(bundled_graphs(), {graph: PICTURES[graph] for graph in graphs}, IMAGES / "graphs")


if __name__ == "__main__":
    shoot(take)
