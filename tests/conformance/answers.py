"""The payloads that nodes ask with, and the schemas that they want an answer to satisfy, by name."""

from __future__ import annotations

from typing import Any

PAYLOADS: dict[str, Any] = {}
SCHEMAS: dict[str, Any] = {}
