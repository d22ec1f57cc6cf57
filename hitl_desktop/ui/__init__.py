"""The window: PySide6, no LangGraph and no SQL."""
