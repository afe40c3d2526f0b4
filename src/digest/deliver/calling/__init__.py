"""Calls: readers who are rung, and what follows from what they say.

Belongs: what callers write down, and how it is taken back. Does not: what is said to
readers (render.calls).
"""
