"""Takes the pictures of docs/your-own-graph.md: ``uv run python docs/take_guide_screenshots.py [GRAPH ...]``.

The graphs of docs/your-own-graph run in the program. What their model says is written down here, so that every picture
shows the same two calls.
"""

from __future__ import annotations

import sys
from pathlib import Path

from shooting import IMAGES, Picture, shoot, shoot_panels

from hitl_desktop.testing.scripted_library import ScriptedModel
from hitl_desktop.testing.scripted_ollama import Call, Calls, ScriptedOllama, Text

PROJECT = Path(__file__).parent / "your-own-graph"

WISH = {"messages": [{"role": "user", "content": "A-1042 and A-1043 never came. Give 35 and 12 euros back."}]}
CALLS = Calls(Call("refund", {"order": "A-1042", "amount": 35.0}), Call("refund", {"order": "A-1043", "amount": 12.0}))
LETTER = Text("We have given you the 35.00 euros for order A-1042 back, and are sorry for the trouble.")

PICTURES = {
    "refund": Picture(),
    "refund_letter": Picture(),
    "plain": Picture(given={}),
    "schema": Picture(given={}),
    "one_text": Picture(given={}),
    "choices": Picture(given={}),
    "inbox": Picture(given={}),
    "together": Picture(given={}),
    "batch": Picture(given=WISH),
    "per_call": Picture(given=WISH),
    "before": Picture(given=WISH),
    "after": Picture(given=WISH),
}
"""What is shown of each graph."""

SAID = {"refund_letter": LETTER} | dict.fromkeys(("batch", "per_call", "before", "after"), CALLS)
"""What the model says in the graphs that ask one."""


def main() -> None:
    """Take the pictures of the graphs that are named, or of all."""
    graphs = sys.argv[1:] or list(PICTURES)
    with ScriptedOllama() as ollama:
        ollama.library.add(ScriptedModel("qwen2.5:3b"))
        ollama.enqueue(*(SAID[graph] for graph in graphs if graph in SAID))
        pictures = {graph: PICTURES[graph] for graph in graphs}
        shoot(lambda: shoot_panels(PROJECT, pictures, IMAGES / "asking"), ollama.base_url)


if __name__ == "__main__":
    main()
