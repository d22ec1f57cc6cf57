"""A project: a folder with a `langgraph.json`, the manifest of the LangGraph CLI, and the graphs that it names."""
