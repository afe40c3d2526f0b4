"""The tests; see the README in each folder."""
