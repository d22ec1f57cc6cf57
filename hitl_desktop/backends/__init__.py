"""Where threads live and graphs run.

Importing this package settles what LangGraph and LangSmith read from the environment when *they* are
imported, so nothing here can load them first: a checkpoint never names code that is run when it is read
(GHSA-g48c-2wqr-h844, off by default in LangGraph), and no trace leaves the machine whatever the shell says.
"""

import os

os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"
for _tracing in ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2"):
    os.environ[_tracing] = "false"
