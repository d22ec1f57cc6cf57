"""What a test does where the machine lacks a system library."""

from __future__ import annotations

import ctypes.util
import os
from collections.abc import Collection

import pytest


def needs(libraries: Collection[str]) -> None:
    """Skip the test where a library is missing; CI has to have them all."""
    for library in libraries:
        if ctypes.util.find_library(library.removeprefix("lib").partition(".so")[0]) is None:
            assert "CI" not in os.environ, f"CI has to install {library}"
            pytest.skip(f"{library} is not installed")
