"""Versions of a campaign's file: how two differ, and what a file was made from.

Belongs: what compares files. Does not: what a file means, which is in the room around.
"""
