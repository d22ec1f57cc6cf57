"""Where Ollama is looked for, and what is read from its answers."""

from __future__ import annotations

import pytest

from hitl_desktop.core.model_service import ModelInfo
from hitl_desktop.core.settings import Settings
from hitl_desktop.models.ollama import OllamaUnreachableError, list_models, server_version
from hitl_desktop.models.ollama_address import DEFAULT_URL, hosts_named_in, is_loopback, ollama_url
from tests.models.stand_in import hanging_server, ollama_with, stand_in, tag

# The forms of Ollama's own test (envconfig/config_test.go), with addresses that a client can connect to.
OLLAMA_HOSTS = [
    ("", "http://127.0.0.1:11434"),
    ("1.2.3.4", "http://1.2.3.4:11434"),
    (":1234", "http://127.0.0.1:1234"),
    ("1.2.3.4:1234", "http://1.2.3.4:1234"),
    ("example.com", "http://example.com:11434"),
    ("example.com:1234", "http://example.com:1234"),
    ("http://1.2.3.4", "http://1.2.3.4:80"),
    ("https://1.2.3.4", "https://1.2.3.4:443"),
    ("https://1.2.3.4:1234", "https://1.2.3.4:1234"),
    ("https://example.com/ollama", "https://example.com:443/ollama"),
    ("example.com/ollama", "http://example.com:11434/ollama"),
    ("1.2.3.4/", "http://1.2.3.4:11434"),
    ("http://1.2.3.4:1234/", "http://1.2.3.4:1234"),
    ("[::1]", "http://[::1]:11434"),
    ("[::]", "http://[::1]:11434"),
    ("[::1]:1337", "http://[::1]:1337"),
    ("::1", "http://[::1]:11434"),
    ("0.0.0.0", "http://127.0.0.1:11434"),
    ("0.0.0.0:8080", "http://127.0.0.1:8080"),
    (" 1.2.3.4 ", "http://1.2.3.4:11434"),
    ('"1.2.3.4"', "http://1.2.3.4:11434"),
    ("'1.2.3.4:1'", "http://1.2.3.4:1"),
    ("1.2.3.4:65536", "http://1.2.3.4:11434"),
    ("1.2.3.4:-1", "http://1.2.3.4:11434"),
    ("http://1.2.3.4:66000", "http://1.2.3.4:80"),
    ("1.2.3.4:0", "http://1.2.3.4:0"),
]


@pytest.mark.parametrize(("value", "url"), OLLAMA_HOSTS)
def test_every_form_of_ollama_host(value: str, url: str) -> None:
    assert ollama_url(None, {"OLLAMA_HOST": value}) == url
    assert ollama_url(value or None, {}) == url


def test_settings_come_before_the_environment() -> None:
    assert ollama_url("10.0.0.5", {"OLLAMA_HOST": "10.0.0.6"}) == "http://10.0.0.5:11434"
    assert ollama_url("  ", {"OLLAMA_HOST": "10.0.0.6"}) == "http://10.0.0.6:11434"
    assert ollama_url(None, {}) == DEFAULT_URL


@pytest.mark.parametrize(
    ("url", "stays"),
    [
        ("http://127.0.0.1:11434", True),
        ("http://127.8.0.1:1", True),
        ("http://localhost:11434/x", True),
        ("http://[::1]:11434", True),
        ("http://192.168.1.5:11434", False),
        ("https://ollama.example.com", False),
        ("http://127.0.0.1.example.com", False),
    ],
)
def test_loopback_is_recognised(url: str, stays: bool) -> None:
    assert is_loopback(url) is stays


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("", ("intranet.lan",)),
        ("127.0.0.1:1234", ("intranet.lan",)),
        ("http://localhost", ("intranet.lan",)),
        ("0.0.0.0", ("intranet.lan",)),
        ("ollama.lan", ("intranet.lan", "ollama.lan")),
        ("https://ollama.lan:8443/path", ("intranet.lan", "ollama.lan")),
        ("[fd00::1]:1337", ("intranet.lan", "fd00::1")),
        ("http://a]b", ("intranet.lan",)),
    ],
)
def test_hosts_that_the_settings_name(url: str, hosts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """`OLLAMA_HOST` is not among them: it may have been set for another program."""
    monkeypatch.setenv("OLLAMA_HOST", "elsewhere.lan")
    assert hosts_named_in(Settings(ollama_url=url, allowed_hosts=("intranet.lan", "localhost"))) == hosts


async def test_models_are_read_with_their_details() -> None:
    with stand_in(ollama_with("llama3.2:latest")) as url:
        assert await list_models(url) == (
            ModelInfo("llama3.2:latest", 2_000_000_000, "llama", "3.2B", "Q4_K_M", 131072, ("completion", "tools")),
        )
        assert await server_version(url) == "0.12.3"


async def test_path_in_the_url_is_kept() -> None:
    with stand_in({"/behind/proxy/api/version": {"version": "1"}}) as url:
        assert await server_version(f"{url}/behind/proxy") == "1"


async def test_model_whose_details_fail_is_listed_without_them() -> None:
    answers = {"/api/tags": {"models": [tag("a", capabilities=["completion"]), tag("b")]}, "/api/show b": 500}
    with stand_in(answers) as url:
        first, second = await list_models(url)
    assert (first.name, first.capabilities, first.context_length) == ("a", ("completion",), None)
    assert (second.name, second.capabilities) == ("b", ())


async def test_model_that_runs_on_the_internet_is_left_out() -> None:
    answers = {"/api/tags": {"models": [tag("gpt-oss:120b-cloud", remote_host="https://ollama.com:443"), tag("a")]}}
    with stand_in(answers) as url:
        assert [model.name for model in await list_models(url)] == ["a"]


@pytest.mark.parametrize("tags", [{"models": []}, {"models": None}])
async def test_no_models(tags: dict[str, object]) -> None:
    with stand_in({"/api/tags": tags}) as url:
        assert await list_models(url) == ()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"<html>Welcome to nginx</html>", "but it is not Ollama"),
        (["a list"], "but it is not Ollama"),
        ({"data": []}, "but it is not Ollama"),
        (503, "answered 503"),
        (None, "answered 404"),
    ],
)
async def test_answer_that_is_not_ollamas_is_named(answer: object, reason: str) -> None:
    with stand_in({"/api/tags": answer, "/api/version": answer}) as url:
        with pytest.raises(OllamaUnreachableError, match=reason):
            await list_models(url)
        with pytest.raises(OllamaUnreachableError, match=reason):
            await server_version(url)


async def test_nobody_there() -> None:
    with pytest.raises(OllamaUnreachableError, match=r"No Ollama answers at http://127\.0\.0\.1:9\."):
        await list_models("http://127.0.0.1:9")


async def test_server_that_hangs_is_given_up() -> None:
    with hanging_server() as url, pytest.raises(OllamaUnreachableError, match=r"did not answer within 0\.2 seconds"):
        await list_models(url, seconds=0.2)


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with stand_in({"/api/version": {"version": "1"}}) as url:
        assert await server_version(url) == "1"
