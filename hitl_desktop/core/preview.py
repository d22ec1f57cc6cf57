"""Exactly what will be sent, in Python and in JSON, for the reviewer to read before it is."""

from __future__ import annotations

from pprint import pformat

from hitl_desktop.core.backend import HowToGoOn, Resumption
from hitl_desktop.core.values import dump_json, to_json


def python_text(resumption: Resumption) -> str:
    """What LangGraph receives, as Python code."""
    if resumption.how is HowToGoOn.ANSWER:
        return f"Command(resume={pformat(dict(resumption.answers), width=100, sort_dicts=False)})"
    update = resumption.go_on.update
    if update is None:
        return "None  # go on"
    as_node = f", as_node={resumption.go_on.as_node!r}" if resumption.go_on.as_node else ""
    return f"update_state({pformat(dict(update), width=100, sort_dicts=False)}{as_node})\nNone  # go on"


def json_text(resumption: Resumption) -> str:
    """The same values as JSON."""
    if resumption.how is HowToGoOn.ANSWER:
        return dump_json(to_json(dict(resumption.answers)))
    return dump_json(to_json(resumption.go_on.update))
