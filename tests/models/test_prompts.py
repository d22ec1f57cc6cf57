"""How a conversation becomes messages for the model, and how tool results are quoted."""

from __future__ import annotations

from hitl_desktop.models.embedded.prompts import (
    last_request,
    only,
    plain_messages,
    quotation,
    results_since_request,
    without_oldest,
)
from hitl_desktop.models.embedded.protocol import Message, ToolCall

CALLS = (ToolCall("send_mail", {"to": "a@b.c"}), ToolCall("read_calendar", {}))
CONVERSATION = (
    Message("system", "Be brief."),
    Message("user", "First"),
    Message("assistant", "Done"),
    Message("user", "Send it"),
    Message("assistant", "", CALLS),
    Message("tool", "sent"),
    Message("tool", "free", tool_name="calendar"),
)


def test_results_belong_to_the_calls_in_their_order() -> None:
    assert results_since_request(CONVERSATION) == [("send_mail", "sent"), ("calendar", "free")]
    assert results_since_request((Message("tool", "?"),)) == [("the tool", "?")]


def test_results_before_the_last_request_are_old() -> None:
    assert results_since_request((*CONVERSATION, Message("assistant", "ok"), Message("user", "Next"))) == []


def test_last_request_is_the_users() -> None:
    assert last_request(CONVERSATION) == "Send it"
    assert last_request((Message("system", "x"),)) == ""


def test_roles_alternate_and_tools_are_text() -> None:
    plain = plain_messages(CONVERSATION)
    assert [message["role"] for message in plain] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert plain[-2]["content"] == '[send_mail {"to": "a@b.c"}]\n[read_calendar {}]'
    assert plain[-1]["content"] == "Result of send_mail: sent\n\nResult of calendar: free"


def test_oldest_message_goes_first_and_the_system_message_stays() -> None:
    plain = plain_messages(CONVERSATION[:4])
    shorter = without_oldest(plain)
    assert shorter is not None
    assert [message["content"] for message in shorter] == ["Be brief.", "Done", "Send it"]
    assert without_oldest([{"role": "system", "content": "x"}, {"role": "user", "content": "y"}]) is None


def test_quotation_is_word_for_word_and_cut() -> None:
    assert quotation([("send_mail", "Gesendet: “ok”\n"), ("x", "b\x00d")]) == (
        "Result of send_mail: Gesendet: “ok”\nResult of x: b d"
    )
    assert len(quotation([("x", "y" * 5000)])) < 600


def test_grammar_escapes_what_would_end_it() -> None:
    assert only('a "b" \\ \n') == 'root ::= "a \\"b\\" \\\\ \\n"'
