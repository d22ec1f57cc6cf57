"""Where threads live and graphs run."""
