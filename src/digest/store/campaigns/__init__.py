"""Campaigns as applied, and their sources as they were read.

Belongs: rows that a campaign file makes. Does not: what a source brought
(store.posts).
"""
