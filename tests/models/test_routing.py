"""How a tool is chosen: what the words say, and how the model's probabilities are read."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest

from hitl_desktop.models.embedded.completion import Completion
from hitl_desktop.models.embedded.lexicon import evidence
from hitl_desktop.models.embedded.protocol import Tool
from hitl_desktop.models.embedded.routing import Biases, choose_tool


def tool(name: str, description: str = "", **parameters: str) -> Tool:
    properties = {key: {"type": kind} for key, kind in parameters.items()}
    return Tool(name, description, {"type": "object", "properties": properties})


MAIL = tool("send_mail", "Send a mail to one person.", to="string", subject="string", body="string")
CALENDAR = tool("read_calendar", "Read the calendar entries of a day.", day="string")
TRANSFER = tool("transfer_money", "Transfer an amount of money.", account="string", amount="number")


@pytest.mark.parametrize(
    ("request_text", "name"),
    [
        ("Send a mail to ana@example.com saying that the meeting moved to 3 pm", "send_mail"),
        ("Please e-mail bob@example.org about lunch", "send_mail"),
        ("What is on my calendar on Friday?", "read_calendar"),
        ("Do I have a meeting tomorrow?", "read_calendar"),
        ("Pay 20 euros to ACC-9", "transfer_money"),
        ("Hello!", ""),
        ("Good morning, how are you?", ""),
        ("Thanks a lot, bye.", ""),
        ("What is the capital of France?", ""),
    ],
)
def test_words_speak_for_the_right_tool(request_text: str, name: str) -> None:
    scores = evidence([MAIL, CALENDAR, TRANSFER], request_text)
    assert max(scores, key=lambda key: scores[key]) == name
    assert all(0 <= score <= 3 for score in scores.values())


def test_unknown_words_say_nothing() -> None:
    assert evidence([MAIL, CALENDAR], "Xyzzy plugh") == {"send_mail": 0.0, "read_calendar": 0.0, "": 0.0}


def test_question_speaks_for_a_tool_that_searches() -> None:
    search = tool("search_documents", "Search the company's documents.", query="string")
    assert evidence([search, MAIL], "How many days of holiday do I have?")["search_documents"] > 0.5
    assert evidence([search, MAIL], "Who invented the telephone?")["search_documents"] == 0.0


def test_names_in_camel_case_are_read_as_words() -> None:
    scores = evidence([tool("sendMail"), tool("readCalendar")], "Read it")
    assert scores["readCalendar"] > scores["sendMail"]


class Probabilities:
    """A model that continues `{"tool": "` after each request with these probabilities."""

    def __init__(self, answers: Mapping[str, Mapping[str, float]], others: Mapping[str, float]) -> None:
        self.answers, self.others = answers, others
        self.asked: list[tuple[str, str]] = []

    def __call__(self, messages: list[dict[str, str]], settings: dict[str, object]) -> Completion:
        request, begun = messages[-2]["content"], messages[-1]["content"].removeprefix('{"tool": "')
        self.asked.append((request, begun))
        tokens = self.answers.get(f"{request}|{begun}", self.others if not begun else {})
        return Completion(first_token={token: math.log(share) for token, share in tokens.items()})


ONE, TWO = tool("alpha"), tool("beta")
EVEN = {"alpha": 0.3, "beta": 0.3, "none": 0.3}


def test_model_decides_where_words_say_nothing() -> None:
    ask = Probabilities({"xyzzy|": {"alpha": 0.1, "beta": 0.8, "none": 0.1}}, EVEN)
    assert choose_tool([ONE, TWO], "xyzzy", ask, {}) is TWO
    ask = Probabilities({"xyzzy|": {"alpha": 0.1, "beta": 0.1, "none": 0.8}}, EVEN)
    assert choose_tool([ONE, TWO], "xyzzy", ask, {}) is None


def test_preference_of_the_model_for_a_name_is_taken_out() -> None:
    # It answers beta whatever is asked; for this request a little less than usual.
    usual = {"alpha": 0.05, "beta": 0.9, "none": 0.05}
    ask = Probabilities({"xyzzy|": {"alpha": 0.3, "beta": 0.6, "none": 0.05}}, usual)
    assert choose_tool([ONE, TWO], "xyzzy", ask, {}) is ONE


def test_preferences_are_measured_once() -> None:
    ask, biases = Probabilities({}, EVEN), Biases()
    choose_tool([ONE, TWO], "xyzzy", ask, biases)
    first = len(ask.asked)
    choose_tool([ONE, TWO], "plugh", ask, biases)
    assert len(ask.asked) - first == 1


def test_names_that_begin_alike_are_told_apart_by_their_next_tokens() -> None:
    tools = [tool("get_alpha"), tool("get_beta")]
    ask = Probabilities(
        {
            "xyzzy|": {"get": 0.8, "g": 0.05, "none": 0.1},
            "xyzzy|get": {"_alpha": 0.1, "_": 0.1, "_b": 0.7},
            "xyzzy|get_": {"alpha": 0.5, "beta": 0.5},
        },
        {"get_alpha": 0.3, "get_beta": 0.3, "none": 0.3},
    )
    assert choose_tool(tools, "xyzzy", ask, {}) is tools[1]
    assert ("xyzzy", "g") not in ask.asked  # an unlikelier way to spell what "get" already covers


def test_name_that_another_begins_with_is_told_by_its_end() -> None:
    tools = [tool("note"), tool("notebook")]
    ask = Probabilities(
        {"xyzzy|": {"note": 0.9, "none": 0.1}, "xyzzy|note": {'"': 0.8, "book": 0.2}},
        {"note": 0.5, "none": 0.3},
    )
    assert choose_tool(tools, "xyzzy", ask, {}) is tools[0]


def test_model_without_an_opinion_leaves_it_to_the_words() -> None:
    ask = Probabilities({}, {"!": 1.0})
    assert choose_tool([MAIL, CALENDAR], "Send a mail to ana@example.com", ask, {}) is MAIL
    assert choose_tool([MAIL, CALENDAR], "Hello", ask, {}) is None


def test_improbable_tokens_do_not_overflow() -> None:
    ask = Probabilities({"xyzzy|": {"alpha": 5e-324, "alph": 5e-324, "beta": 0.9}}, EVEN)
    assert choose_tool([ONE, TWO], "xyzzy", ask, {}) is TWO


def test_manual_of_a_tool_is_cut() -> None:
    ask = Probabilities({}, EVEN)
    seen: list[str] = []

    def listening(messages: list[dict[str, str]], settings: dict[str, object]) -> Completion:
        seen.append(messages[0]["content"])
        return ask(messages, settings)

    choose_tool([tool("alpha", "Does it.\n" + "Much more. " * 500)], "xyzzy", listening, {})
    assert len(seen[0]) < 400
