"""Calls: who is to be rung for an edition, and what came of ringing them.

Belongs: rows of calls and of attempts. Does not: what is said (render.calls).
"""
