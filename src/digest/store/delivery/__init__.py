"""Copies on their way: states, batches, what came back, and how fast they may go.

Belongs: rows of deliveries, send batches, print batches, bounces and carriers.
Does not: counts for people to look at (store.reports).
"""
