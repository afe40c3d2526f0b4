"""When things happen, what should have happened, and making it good."""
