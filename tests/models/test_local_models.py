"""What the Models page does with Ollama, over real HTTP against the scripted server."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from hitl_desktop.core.local_models import LoadedModel, PlaceState, Progress
from hitl_desktop.core.model_problems import LocalModelError, ModelProblem
from hitl_desktop.core.model_service import ModelService
from hitl_desktop.models.local_models import OllamaAndEmbedded
from hitl_desktop.testing.scripted_library import ScriptedModel, download
from hitl_desktop.testing.scripted_ollama import MODEL, CutStream, ErrorLine, HttpError, ScriptedOllama, Text
from hitl_desktop.testing.waiting import until
from tests.models.gguf_files import gguf
from tests.models.stand_in import hanging_server, ollama_with, stand_in, tag

T = TypeVar("T")
HERE = "registry.ollama.ai"
HEADER = {"general.architecture": "llama", "llama.context_length": 2048, "general.file_type": 0}
TENSORS = {"token_embd.weight": (64, 1024)}


@pytest.fixture
def ollama() -> Iterator[ScriptedOllama]:
    with ScriptedOllama() as server:
        yield server


def models_at(
    url: str,
    *,
    allowed: tuple[str, ...] = (HERE,),
    service: ModelService | None = None,
    environ: dict[str, str] | None = None,
    named: bool = True,
) -> OllamaAndEmbedded:
    variables = {"PATH": "", "HOME": "/nowhere", **(environ or {}), **({} if named else {"OLLAMA_HOST": url})}
    return OllamaAndEmbedded(lambda: url if named else "", lambda: service, lambda: allowed, variables, "linux")


async def all_of(stream: AsyncGenerator[T, None]) -> list[T]:
    async with aclosing(stream):
        return [each async for each in stream]


def model_file(folder: Path, name: str = "Small-Model.Q4.gguf", **more: object) -> Path:
    path = folder / name
    path.write_bytes(gguf({**HEADER, **more}, TENSORS))
    return path


async def test_a_look_finds_models_and_memory(ollama: ScriptedOllama) -> None:
    ollama.library.add(ScriptedModel("big:7b", 4_700_000_000, "llama", "7.6B", "Q4_K_M", 32768))
    seen = await models_at(ollama.base_url).look()
    assert (seen.place.state, seen.place.version, seen.problem) == (PlaceState.RUNNING, "0.0.0-scripted", "")
    assert [each.name for each in seen.rows] == [MODEL, "big:7b"]
    big = seen.rows[1]
    assert (big.size, big.parameter_size, big.quantization, big.context_length) == (
        4_700_000_000,
        "7.6B",
        "Q4_K_M",
        32768,
    )
    end = datetime(2318, 1, 1, tzinfo=UTC)
    assert seen.in_memory(MODEL) == LoadedModel(MODEL, 1_000_000, 0, end, 4096)
    assert seen.in_memory("big:7b") is None


@pytest.mark.parametrize(
    ("entry", "loaded"),
    [
        ({"name": "a"}, LoadedModel("a")),
        ({"model": "a", "size": "huge", "size_vram": -1, "expires_at": 5}, LoadedModel("a")),
        (
            {"model": "a", "expires_at": "2026-11-05T14:38:31.123456789+01:00"},
            LoadedModel("a", expires_at=datetime.fromisoformat("2026-11-05T14:38:31.123456+01:00")),
        ),
        (
            {"model": "a", "expires_at": "0001-01-01T00:00:00Z"},
            LoadedModel("a", expires_at=datetime(1, 1, 1, tzinfo=UTC)),
        ),
        ({"model": "a", "expires_at": "soon"}, LoadedModel("a")),
    ],
)
async def test_what_an_older_server_does_not_say_is_unknown(entry: dict[str, object], loaded: LoadedModel) -> None:
    answers = {
        "/api/version": {"version": "0.1"},
        "/api/tags": {"models": []},
        "/api/ps": {"models": [entry, "nonsense"]},
    }
    with stand_in(answers) as url:
        assert (await models_at(url).look()).loaded == (loaded,)


@pytest.mark.parametrize("ps", [404, {"models": None}, [], {"models": 5}, b"<html>"])
async def test_memory_that_cannot_be_read_does_not_hide_the_models(ps: object) -> None:
    tags = {"models": [{"model": "a", "size": None, "details": None}]}
    with stand_in({"/api/version": {"version": "0.1"}, "/api/tags": tags, "/api/ps": ps}) as url:
        seen = await models_at(url).look()
    assert [each.name for each in seen.rows] == ["a"]
    assert seen.loaded == ()


def install(folder: Path, code: str) -> str:
    """A program called ollama that is this Python with some code."""
    folder.mkdir(parents=True)
    program = folder / "ollama"
    program.write_text(f"#!{sys.executable}\n{code}")
    program.chmod(0o755)
    return str(program)


async def test_where_ollama_is_has_one_next_step(tmp_path: Path) -> None:
    nobody = "127.0.0.1:9"
    missing = (await models_at(nobody).look()).place
    assert missing.state is PlaceState.NOT_INSTALLED
    assert "ollama.com/download" in missing.next_step
    assert not missing.may_start
    program = install(tmp_path / ".local" / "bin", "")
    for environ in ({"PATH": str(Path(program).parent)}, {"HOME": str(tmp_path)}):
        stopped = (await models_at(nobody, environ=environ).look()).place
        assert (stopped.state, stopped.program, stopped.may_start) == (PlaceState.STOPPED, program, True)
        assert "Start Ollama" in stopped.next_step
    elsewhere = (await models_at("192.0.2.1:11434", named=False).look()).place
    assert elsewhere.state is PlaceState.NOT_NAMED
    assert "was not contacted" in elsewhere.next_step
    with stand_in({"/api/version": b"<html>"}) as url:
        strange = (await models_at(url, environ={"PATH": str(Path(program).parent)}).look()).place
    assert strange.state is PlaceState.SOMETHING_ELSE
    assert not strange.may_start


async def test_details_are_asked_for_once() -> None:
    """Ollama reads a file for each, and the page looks every few seconds."""
    answers = {"/api/version": {"version": "1"}, **ollama_with("a", "b")}
    with stand_in(answers) as url:
        models = models_at(url)
        assert [each.context_length for each in (await models.look()).rows] == [131072, 131072]
        del answers["/api/show a"], answers["/api/show b"]
        answers["/api/tags"] = {"models": [tag("b"), tag("a", digest="another")]}
        assert [each.context_length for each in (await models.look()).rows] == [131072, None]


SERVES = """
import http.server, json, os, sys
host, port = os.environ["OLLAMA_HOST"].split(":")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"version": "9", "models": []}).encode()
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): sys.stderr.write("x" * 100)
assert sys.argv[1:] == ["serve"] and os.environ["OLLAMA_NO_CLOUD"] == "1"
http.server.HTTPServer((host, int(port)), Handler).serve_forever()
"""


async def test_an_installed_ollama_is_started_and_ended(tmp_path: Path, ollama: ScriptedOllama) -> None:
    ollama.stop()
    program = install(tmp_path / "bin", SERVES)
    models = models_at(f"127.0.0.1:{ollama.port}", environ={"PATH": str(Path(program).parent)})
    await models.start_ollama()
    seen = await models.look()
    assert (seen.place.state, seen.place.started_here, seen.place.version) == (PlaceState.RUNNING, True, "9")
    await models.close()
    assert (await models.look()).place.state is PlaceState.STOPPED


async def test_an_ollama_that_does_not_start_says_why(tmp_path: Path, ollama: ScriptedOllama) -> None:
    ollama.stop()
    program = install(tmp_path / "bin", "import sys; sys.exit('cannot open the models')")
    models = models_at(f"127.0.0.1:{ollama.port}", environ={"PATH": str(Path(program).parent)})
    with pytest.raises(LocalModelError, match=r"ended at once \(code 1\).*cannot open the models"):
        await models.start_ollama()
    with pytest.raises(LocalModelError, match="can't be started from here"):
        await models_at(f"127.0.0.1:{ollama.port}").start_ollama()


async def test_a_pull_adds_up_its_layers(ollama: ScriptedOllama) -> None:
    ollama.library.enqueue_pull(
        {"status": "pulling manifest"},
        *download(1000, 10, 1000),
        *download(50, 50, digest="sha256:" + "cd" * 32),
        {"status": "verifying sha256 digest"},
        {"status": "something new"},
        {"status": "success"},
        gives=ScriptedModel("new:latest"),
    )
    models = models_at(ollama.base_url)
    steps = await all_of(models.pull("new"))
    assert steps == [
        Progress("Looking the model up"),
        Progress("Downloading", 0, 1000),
        Progress("Downloading", 10, 1000),
        Progress("Downloading", 1000, 1000),
        Progress("Downloading", 1000, 1050),
        Progress("Downloading", 1050, 1050),
        Progress("Checking what was downloaded"),
        Progress("something new"),
        Progress("Done"),
    ]
    assert "new:latest" in [each.name for each in (await models.look()).rows]


async def test_a_cancelled_pull_hangs_up_and_goes_on_later(ollama: ScriptedOllama) -> None:
    never = threading.Event()
    ollama.library.enqueue_pull(*download(1000, 400), never)
    ollama.library.enqueue_pull(*download(1000, 400, 1000), {"status": "success"}, gives=ScriptedModel("new:latest"))
    models = models_at(ollama.base_url)
    async with aclosing(models.pull("new")) as steps:
        async for step in steps:
            if step.completed == 400:
                break
    await until(lambda: ollama.library.left.acquire(blocking=False), 10, "the server was not hung up on")
    assert (await all_of(models.pull("new")))[-1] == Progress("Done")
    assert ollama.library.pulled == ["new", "new"]


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("llama3.2", HERE),
        ("somebody/model:7b", HERE),
        ("hf.co/somebody/model", "hf.co"),
        ("https://HF.co/somebody/model", "hf.co"),
        ("intranet.lan:5000/team/model", "intranet.lan"),
    ],
)
async def test_only_allowed_hosts_are_pulled_from(ollama: ScriptedOllama, name: str, host: str) -> None:
    with pytest.raises(LocalModelError, match=f"from {host}, which is not among the allowed hosts") as raised:
        await all_of(models_at(ollama.base_url, allowed=("other.lan",)).pull(name))
    assert raised.value.problem is ModelProblem.REFUSED
    assert ollama.library.pulled == []
    assert models_at(ollama.base_url, allowed=(host,)).why_not_pull(name) == ""
    assert models_at(ollama.base_url, allowed=()).why_not_pull("localhost:5000/team/model") == ""


@pytest.mark.parametrize("name", ["a b", "../x", "http://", "a/b/c/d", "x" * 400, "a:b:c", "-x", "a\u202eb"])
async def test_what_is_no_name_is_not_pulled(ollama: ScriptedOllama, name: str) -> None:
    with pytest.raises(LocalModelError, match="not the name of a model"):
        await all_of(models_at(ollama.base_url).pull(name))
    assert ollama.library.pulled == []


@pytest.mark.parametrize(
    ("said", "problem", "words"),
    [
        ("pull model manifest: file does not exist", ModelProblem.MISSING, "no model of this name where Ollama pulls"),
        ('Get "https://x": dial tcp: lookup x: no such host', ModelProblem.NETWORK, "could not reach the network"),
        ("write /models/blobs: no space left on device", ModelProblem.SPACE, "goes on where it was"),
        ("412: this requires a newer version of Ollama", ModelProblem.TOO_OLD, "Update Ollama"),
        ("\u202eevil <b>bold</b> " + "x" * 5000, ModelProblem.OTHER, "reported an error"),
    ],
)
async def test_errors_of_a_pull_are_told_in_words(
    ollama: ScriptedOllama, said: str, problem: ModelProblem, words: str
) -> None:
    ollama.library.enqueue_pull({"status": "pulling manifest"}, {"error": said})
    with pytest.raises(LocalModelError, match=words) as raised:
        await all_of(models_at(ollama.base_url).pull("new"))
    assert raised.value.problem is problem
    assert len(str(raised.value)) < 700


async def test_a_file_is_imported_without_being_sent_twice(ollama: ScriptedOllama, tmp_path: Path) -> None:
    path = model_file(tmp_path)
    models = models_at(ollama.base_url, allowed=())
    facts = await models.read_file(str(path))
    assert (facts.name, facts.family, facts.quantization, facts.context_length) == (
        "Small-Model.Q4",
        "llama",
        "F32",
        2048,
    )
    steps = await all_of(models.import_file(str(path), "small"))
    stages = list(dict.fromkeys(step.stage for step in steps))
    assert stages[:3] == ["Looking at the file", "Reading the file", "Copying it to Ollama"]
    assert steps[-1] == Progress("Done")
    ((digest, data),) = ollama.library.blobs.items()
    assert data == path.read_bytes()
    assert ollama.library.created == [{"model": "small", "files": {path.name: digest}, "stream": True}]
    again = await all_of(models.import_file(str(path), "other"))
    assert "Copying it to Ollama" not in [step.stage for step in again]
    assert {"small:latest", "other:latest"} <= {each.name for each in (await models.look()).rows}


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def other_magic(path: Path) -> None:
    path.write_bytes(b"GGML" + path.read_bytes()[4:])


def other_version(path: Path) -> None:
    path.write_bytes(gguf(HEADER, TENSORS, version=9))


def an_adapter(path: Path) -> None:
    path.write_bytes(gguf({**HEADER, "general.type": "adapter"}, TENSORS))


def a_part(path: Path) -> None:
    path.write_bytes(gguf({**HEADER, "split.count": 3}, TENSORS))


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (cut, "is cut off"),
        (other_magic, "is not a GGUF file"),
        (other_version, "version 9 of the format"),
        (an_adapter, "an adapter"),
        (a_part, "one of 3 parts"),
        (Path.unlink, "There is no file"),
    ],
)
async def test_a_file_that_is_no_model_is_not_sent(
    ollama: ScriptedOllama, tmp_path: Path, break_it: Callable[[Path], None], words: str
) -> None:
    path = model_file(tmp_path)
    break_it(path)
    with pytest.raises(LocalModelError, match=words) as raised:
        await all_of(models_at(ollama.base_url).import_file(str(path), "small"))
    assert raised.value.problem is ModelProblem.BROKEN_FILE
    assert ollama.library.blobs == {}
    assert ollama.library.created == []


async def test_a_full_disk_is_told(ollama: ScriptedOllama, tmp_path: Path) -> None:
    ollama.library.refused_blobs = "write: no space left on device"
    with pytest.raises(LocalModelError, match="disk on which Ollama keeps its models is full") as raised:
        await all_of(models_at(ollama.base_url).import_file(str(model_file(tmp_path)), "small"))
    assert raised.value.problem is ModelProblem.SPACE


async def test_a_cancelled_import_leaves_nothing_behind(ollama: ScriptedOllama, tmp_path: Path) -> None:
    path = model_file(tmp_path)
    before = asyncio.all_tasks()
    async with aclosing(models_at(ollama.base_url).import_file(str(path), "small")) as steps:
        async for step in steps:
            if step.stage == "Reading the file":
                break
    assert asyncio.all_tasks() == before
    assert ollama.library.created == []


async def test_delete_and_unload(ollama: ScriptedOllama) -> None:
    models = models_at(ollama.base_url)
    await models.unload(MODEL)
    assert (await models.look()).loaded == ()
    await models.delete(MODEL)
    assert ollama.library.deleted == [MODEL]
    with pytest.raises(LocalModelError, match="no model of this name") as raised:
        await models.delete(MODEL)
    assert raised.value.problem is ModelProblem.MISSING


async def test_a_trial_streams_and_is_timed(ollama: ScriptedOllama) -> None:
    ollama.enqueue(Text("Blue, because of the air."))
    pieces = await all_of(models_at(ollama.base_url).try_out(MODEL, "Why is the sky blue?"))
    assert "".join(piece.text for piece in pieces) == "Blue, because of the air."
    assert len(pieces) == 6
    figures = pieces[-1].figures
    assert figures is not None
    assert figures.tokens == 5
    assert figures.tokens_a_second == 5 / 5e-9
    assert ollama.requests[0]["messages"] == [{"role": "user", "content": "Why is the sky blue?"}]


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (
            HttpError(500, "model requires more system memory (5.6 GiB) than is available (2.1 GiB)"),
            ModelProblem.MEMORY,
        ),
        (ErrorLine("llama runner: cudaMalloc failed: out of memory", "It"), ModelProblem.MEMORY),
        (HttpError(503, "server busy, please try again. maximum pending requests exceeded"), ModelProblem.BUSY),
        (HttpError(404, "model 'x' not found"), ModelProblem.MISSING),
        (CutStream("It is"), ModelProblem.NOT_RUNNING),
    ],
)
async def test_what_goes_wrong_in_a_trial(ollama: ScriptedOllama, reply: HttpError, problem: ModelProblem) -> None:
    ollama.enqueue(reply)
    with pytest.raises(LocalModelError) as raised:
        await all_of(models_at(ollama.base_url).try_out(MODEL, "Hello"))
    assert raised.value.problem is problem


@pytest.mark.parametrize(
    ("answer", "words"),
    [(b'{"a": 1', "not as Ollama does"), (b"[1]\n", "not as Ollama does"), (b"x" * 2_000_000, "not as Ollama does")],
)
async def test_answers_that_are_no_lines_of_json(answer: bytes, words: str) -> None:
    with stand_in({"/api/chat m": answer}) as url, pytest.raises(LocalModelError, match=words):
        await all_of(models_at(url).try_out("m", "Hello"))


async def test_a_server_that_is_gone_is_told() -> None:
    with pytest.raises(LocalModelError, match="does not answer at") as raised:
        await models_at("127.0.0.1:9").delete("a")
    assert raised.value.problem is ModelProblem.NOT_RUNNING


async def test_a_silent_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hitl_desktop.models.ollama_wire.ANSWER_SECONDS", 0.1)
    with hanging_server() as url, pytest.raises(LocalModelError, match="did not answer in time") as raised:
        await models_at(url).delete("a")
    assert raised.value.problem is ModelProblem.BUSY


async def test_the_embedded_model_is_tried_with_real_tokens(embedded_url: str) -> None:
    """Its shape only: what it writes is its own affair."""
    service = ModelService("embedded", embedded_url, "smollm2:135m", (), "")
    pieces = await all_of(models_at("127.0.0.1:9", service=service).try_out("smollm2:135m", "Say hello."))
    figures = pieces[-1].figures
    assert len(pieces) > 2
    assert figures is not None
    assert figures.tokens_a_second is not None
    assert figures.tokens_a_second > 0
