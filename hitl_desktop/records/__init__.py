"""The review file: what this program keeps about a database, beside it and never in it."""
