"""Editors of a request's value."""
