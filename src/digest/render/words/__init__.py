"""The words that every format shares: dates, times, and how events are told.

Belongs: what readers read, whatever the format. Does not: markup.
"""
