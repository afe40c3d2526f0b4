"""A variant becomes HTML, text or a letter."""
