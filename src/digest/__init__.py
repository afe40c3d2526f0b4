"""Digest: one day's posts, written once and sent to everyone, by email and by post."""

__version__ = "0.1.0"
