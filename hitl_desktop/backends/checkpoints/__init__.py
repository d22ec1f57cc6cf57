"""A LangGraph SQLite checkpoint database, read as data: no graph code, no LangGraph, nothing run that a row names."""
