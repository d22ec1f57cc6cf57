"""Runs of graphs: on the window's loop or on one in a worker thread, as a stream of events."""
