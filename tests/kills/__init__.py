"""A sender killed again and again, and what may be found afterwards."""
