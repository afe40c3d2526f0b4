"""Short names for people to read out and type."""

# No letters and digits that people mistake for one another.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
