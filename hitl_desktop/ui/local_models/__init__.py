"""The Models page: where Ollama is, which models there are, and what can be done with them."""
