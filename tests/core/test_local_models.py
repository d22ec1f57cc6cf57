"""The pure parts of local models: names, speed, sizes in words, and what a server's error means."""

from __future__ import annotations

import pytest

from hitl_desktop.core.model_names import problem_with_local_name, with_tag
from hitl_desktop.core.model_problems import ModelProblem, ModelTrouble, model_in, problem_in, trouble_in
from hitl_desktop.core.pace import Pace, bytes_words, left_words


@pytest.mark.parametrize(
    ("name", "taken", "words"),
    [
        ("mine", (), ""),
        ("mine:7b", ("mine:latest",), ""),
        ("", (), "Give the model a name"),
        ("a b", (), "letters, digits"),
        ("mine", ("mine:latest",), "already"),
        ("Mine:latest", ("mine",), "already"),
        ("hf.co/a/b", (), "letters, digits"),
    ],
)
def test_names_for_imported_models(name: str, taken: tuple[str, ...], words: str) -> None:
    problem = problem_with_local_name(name, taken)
    assert words in problem
    assert bool(words) is bool(problem)


def test_a_name_without_a_tag() -> None:
    assert [with_tag(name) for name in ("a", "a:1", "host:80/b/c")] == ["a:latest", "a:1", "host:80/b/c:latest"]


def test_the_speed_is_that_of_the_last_seconds() -> None:
    pace = Pace()
    assert pace.speed is None
    for second in range(21):
        pace.add(second, 100 * min(second, 10))
    assert pace.speed == 0
    assert pace.seconds_left(2000) is None
    for second in range(21, 31):
        pace.add(second, 1000 + 50 * (second - 20))
    assert pace.speed == 50
    assert pace.seconds_left(2000) == 10
    pace.add(31, 5)
    assert pace.speed is None, "another layer begins anew"


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1500, "1.5 kB"),
        (98_362_432, "98.4 MB"),
        (4.7e9, "4.7 GB"),
        (132e9, "132 GB"),
    ],
)
def test_sizes_in_words(count: float, words: str) -> None:
    assert bytes_words(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.1, "about 1 s left"), (59, "about 59 s left"), (150, "about 2 min left"), (9000, "about 2.5 h left")],
)
def test_time_that_is_left(seconds: float, words: str) -> None:
    assert left_words(seconds) == words


@pytest.mark.parametrize(
    ("text", "status", "problem", "model"),
    [
        ("model 'llama3.2' not found", 404, ModelProblem.MISSING, "llama3.2"),
        ('model "a:1" not found, try pulling it first', 404, ModelProblem.MISSING, "a:1"),
        ("registry.ollama.ai/library/gemma:2b does not support tools", 400, ModelProblem.NO_TOOLS, "gemma:2b"),
        ("model requires more system memory (5 GiB) than is available", 500, ModelProblem.MEMORY, ""),
        ("llama runner process has terminated: signal: killed", 500, ModelProblem.MEMORY, ""),
        ("nothing that is known", 404, ModelProblem.MISSING, ""),
        ("nothing that is known", None, ModelProblem.OTHER, ""),
        ("x" * 1_000_000 + "out of memory", None, ModelProblem.OTHER, ""),
    ],
)
def test_what_a_servers_error_means(text: str, status: int | None, problem: ModelProblem, model: str) -> None:
    assert (problem_in(text, status), model_in(text)) == (problem, model)


@pytest.mark.parametrize(
    ("stored", "trouble"),
    [
        ("ConnectError('All connection attempts failed')", ModelTrouble(ModelProblem.NOT_RUNNING)),
        ("httpx.ReadTimeout('')", ModelTrouble(ModelProblem.BUSY)),
        ("""ResponseError("model 'gone:7b' not found")""", ModelTrouble(ModelProblem.MISSING, "gone:7b")),
        (r"""ResponseError('model \'gone:7b\' not found, "try"')""", ModelTrouble(ModelProblem.MISSING, "gone:7b")),
        ("ResponseError('a:1b does not support tools')", ModelTrouble(ModelProblem.NO_TOOLS, "a:1b")),
        ("ResponseError('boom')", ModelTrouble(ModelProblem.OTHER)),
        ("ValueError('model x not found')", None),
        ("All connection attempts failed", None),
        ("", None),
    ],
)
def test_what_a_stored_error_tells_of_a_model(stored: str, trouble: ModelTrouble | None) -> None:
    assert trouble_in(stored) == trouble
