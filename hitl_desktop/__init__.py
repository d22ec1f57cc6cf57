"""HITL Desktop: a local window for reviewing what LangGraph agents want to do."""

__version__ = "0.1.0"
