"""Staff steer an edition that is open: its words, its order, what is in it."""
