"""What several tests of the core start from; and generated examples that are the same in every run."""

from __future__ import annotations

import pytest
import pytest_asyncio
from hypothesis import settings

from hitl_desktop.core.dialects import read_request
from hitl_desktop.core.requests import Request
from tests.core.samples import ALL_FOUR, batch, decision_schema, question, tool_approval
from tests.core.session_table import Table
from tests.core.tool_calls import GRAPH

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")


@pytest_asyncio.fixture
async def table() -> Table:
    table = Table()
    await table.session.open()
    await table.session.load_project()
    table.noted.clear()
    return table


@pytest.fixture
def one_of_a_batch() -> Request:
    return read_request(question(batch(ALL_FOUR)), GRAPH)


@pytest.fixture
def one_by_itself() -> Request:
    return read_request(question(tool_approval(), decision_schema(*ALL_FOUR)))
