"""What becomes of one copy: its states, retries, limits, and what comes back.

Belongs: decisions about copies and the speed at which they leave. Does not: the
words of a copy (model.editions).
"""
