"""Where threads live and graphs run.

Importing this package settles what libraries read from the environment when *they* are imported, so nothing here can
load them first: a checkpoint never names code that is run when it is read (GHSA-g48c-2wqr-h844, off by default in
LangGraph), and nobody is told of a run, whatever the shell says.
"""

import os

GUARDED = {
    "LANGGRAPH_STRICT_MSGPACK": "true",
    **dict.fromkeys(("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2"), "false"),
    **dict.fromkeys(("LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2"), "false"),
    # These only spare libraries the attempt: `hitl_desktop.network_guard` refuses it.
    **dict.fromkeys(("LANGGRAPH_CLI_NO_ANALYTICS", "DO_NOT_TRACK", "HF_HUB_DISABLE_TELEMETRY"), "1"),
    "ANONYMIZED_TELEMETRY": "false",
}
"""Variables that neither the shell nor a project decides, with their values."""

_UNLESS_SET = dict.fromkeys(("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE"), "1")
"""Where models are downloaded from may be an allowed host, so these can be set otherwise."""

os.environ.update(GUARDED)
for _name, _value in _UNLESS_SET.items():
    os.environ.setdefault(_name, _value)

# A model server on this machine is not asked through the proxy of a company: that would see the text of every run.
_PROXIED_NEVER = ("127.0.0.1", "localhost", "::1")
_excepted = (os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or "").split(",")
for _name in ("no_proxy", "NO_PROXY"):
    os.environ[_name] = ",".join(dict.fromkeys(filter(None, (*_excepted, *_PROXIED_NEVER))))
