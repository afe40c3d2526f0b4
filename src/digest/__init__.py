"""Digest: one day's posts, written once, to everyone by email, post and phone."""

__version__ = "0.1.0"
