"""Names: what a word may be the spelling of, in any script, and where a text names somebody."""
