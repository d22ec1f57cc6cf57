"""Where things are: the user's folders, the default database, the example graphs, the icons and themes.

No function but `ensure` touches the disk to write. The environment variable ``HITL_DESKTOP_HOME`` moves the
three folders of the user below one folder, for a portable copy or a trial.
"""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import platformdirs

HOME_VARIABLE = "HITL_DESKTOP_HOME"
_NAME = "hitl-desktop"
_PACKAGE = Path(__file__).resolve().parent


def data_folder() -> Path:
    """The folder of the user's databases. It need not exist."""
    return _below_home("data") or platformdirs.user_data_path(_NAME, appauthor=False)


def settings_folder() -> Path:
    """The folder of the user's settings. It need not exist."""
    return _below_home("settings") or platformdirs.user_config_path(_NAME, appauthor=False)


def anchors_folder() -> Path:
    """The folder where the ends of journals are kept a second time. It need not exist."""
    return settings_folder() / "anchors"


def for_the_user_alone(path: str, flags: int) -> int:
    """An opener for `open` that makes files which nobody else can read."""
    return os.open(path, flags, 0o600)


def system_user() -> str:
    """The name of the user whom the system knows; empty where it knows none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # KeyError and ImportError before Python 3.13
        return ""


def state_folder() -> Path:
    """The folder of what may be lost: log files, window sizes, locks. It need not exist."""
    return _below_home("state") or platformdirs.user_state_path(_NAME, appauthor=False)


def default_database() -> Path:
    """The database that is opened when none is named. It need not exist."""
    return data_folder() / "threads.db"


def bundled_graphs() -> Path:
    """The example project; raises `FileNotFoundError` where the installation lacks it."""
    return _bundled("graphs")


def resources() -> Path:
    """The folder with ``icons/`` and ``theme/``; raises `FileNotFoundError` where the installation lacks it."""
    return _bundled("resources")


def ensure(folder: Path) -> Path:
    """Create the folder, with those above it, where it is missing, and return it.

    Raises `OSError` (of the kind that the system reports) with a text for people.
    """
    try:
        # Databases hold conversations, which are nobody else's business.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = "there is a file of that name" if isinstance(error, FileExistsError) else error.strerror or str(error)
        raise type(error)(
            f"The folder {folder} cannot be created: {reason}. Nothing was changed. "
            f"Make it writable, or set {HOME_VARIABLE} to a folder that is."
        ) from error
    return folder


def _below_home(name: str) -> Path | None:
    home = os.environ.get(HOME_VARIABLE, "")
    return Path(home).expanduser().absolute() / name if home else None


def _bundled(name: str) -> Path:
    # A wheel packs the folder into the package; a checkout has it beside the package.
    for folder in (_PACKAGE / f"_{name}", _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"The folder {name} of HITL Desktop is missing in {_PACKAGE}. Install the program again.")
