"""Emails on their way out: which sender has which, and how fast they may go.

Belongs: rows of send batches, of carriers and of what was granted lately; the moment a
copy is claimed. Does not: how a copy ends (store.delivery.deliveries).
"""
