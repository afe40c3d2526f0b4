"""The web, asked through one door and within limits."""
