"""What went wrong in a project's own code: one sentence for people, and the traceback behind it."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from hitl_desktop.backends.project.modules import NoGraphError

OUR_CODE = str(Path(__file__).parent)
LONGEST_MESSAGE = 300


def explain(error: BaseException, folder: Path) -> str:
    """What happened, in words, and where in the project's `folder` if it was there."""
    match error:
        case NoGraphError():
            return str(error)
        case ModuleNotFoundError(name=str() as name):
            return (
                f"It needs the Python module “{name}”, which is not installed. Install it where this program runs, "
                'or, if it is part of the project, add its folder to "dependencies" in langgraph.json.'
            )
        case ImportError() if is_foreseen(error, folder):
            return f"{_message(error).rstrip('.')}."
        case ImportError() if "no known parent package" in str(error):
            return (
                f"It imports a neighbour with a dot, which works inside a package only{_where(error, folder)}. Import "
                'it by its full name, or name the graph in langgraph.json as a module: "package.module:variable".'
            )
        case SyntaxError(filename=str() as filename):
            place = f"{_short(filename, folder)}, line {error.lineno}"
            return f"Its code can't be understood by Python: {error.msg} ({place})."
        case SystemExit():
            return f"Its code wanted to end the program (exit code {error.code}){_where(error, folder)}."
        case _:
            return f"{type(error).__name__}: {_message(error)}{_where(error, folder)}"


def is_foreseen(error: BaseException, folder: Path) -> bool:
    """Whether the project's own code says what it needs: ``except ImportError as e: raise ImportError("…") from e``."""
    frames = list(_frames(error))
    raised_here = bool(frames) and Path(_file(frames[-1])).is_relative_to(folder)
    return type(error) is ImportError and isinstance(error.__cause__, ModuleNotFoundError) and raised_here


def trace(error: BaseException, folder: Path) -> str:
    """The traceback, from the first line of the project's code on; empty where none of its code is to blame."""
    if isinstance(error, NoGraphError) or is_foreseen(error, folder):
        return ""
    frames = list(_frames(error))
    of_the_project = (frame for frame in frames if Path(_file(frame)).is_relative_to(folder))
    not_ours = (frame for frame in frames if not _file(frame).startswith((OUR_CODE, "<frozen importlib")))
    start = next(of_the_project, None) or next(not_ours, None)
    return "".join(traceback.TracebackException(type(error), error, start).format())


def _message(error: BaseException) -> str:
    try:
        text = str(error).strip()
    except Exception:
        text = ""
    first = text.splitlines()[0] if text else "no message"
    return first if len(first) <= LONGEST_MESSAGE else f"{first[:LONGEST_MESSAGE]}…"


def _where(error: BaseException, folder: Path) -> str:
    frames = [frame for frame in _frames(error) if Path(_file(frame)).is_relative_to(folder)]
    return f" ({_short(_file(frames[-1]), folder)}, line {frames[-1].tb_lineno})" if frames else ""


def _frames(error: BaseException) -> Iterator[TracebackType]:
    frame = error.__traceback__
    while frame is not None:
        yield frame
        frame = frame.tb_next


def _file(frame: TracebackType) -> str:
    return frame.tb_frame.f_code.co_filename


def _short(filename: str, folder: Path) -> str:
    path = Path(filename)
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else filename
