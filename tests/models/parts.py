"""Whether the engine and the weights of the embedded server are installed where the tests run."""

from __future__ import annotations

import importlib.util

import pytest

from hitl_desktop.models.embedded.weights import BUNDLED_PACKAGE, ENGINE_PACKAGE

MISSING = [name for name in (ENGINE_PACKAGE, BUNDLED_PACKAGE) if importlib.util.find_spec(name) is None]

needs_weights = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
