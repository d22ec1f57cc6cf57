"""Ways to read what an agent wrote: rendered Markdown, coloured code, and the lines of a file that change."""
