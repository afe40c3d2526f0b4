"""Posts and events kept as files."""
