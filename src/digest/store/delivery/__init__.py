"""Copies: the one door for their states, and what staff may have done with them.

Belongs: rows of deliveries; the rooms of what they go through. Does not: counts for
people to look at (store.reports).
"""
