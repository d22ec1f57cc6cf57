"""The embedded model server: a child process that answers on loopback in Ollama's protocol, for trying out."""
