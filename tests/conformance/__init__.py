"""The conformance suite: each form of question and each decision, on real LangGraph and LangChain.

`python -m tests.conformance` runs the table and prints it as Markdown; pytest runs the same rows.
"""

import os

# Before anything imports LangGraph, which reads it once; the program does the same.
os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"
