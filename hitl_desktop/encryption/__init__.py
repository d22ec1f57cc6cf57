"""Encrypted databases: which key one has, where that key is kept, and what is sealed with it."""
