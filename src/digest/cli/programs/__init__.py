"""Commands about other programs: their keys, and where they are told what happens."""
