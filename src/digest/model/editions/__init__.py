"""What one slot publishes: editions, formats, variants, and a message compiled once.

Belongs: what is the same for many readers. Does not: one reader's copy
(model.delivery).
"""
