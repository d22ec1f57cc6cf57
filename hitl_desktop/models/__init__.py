"""Which model answers: Ollama where there is one, else the embedded model server."""
