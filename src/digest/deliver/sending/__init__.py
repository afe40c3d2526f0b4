"""Copies of emails leave: leased, shared out among connections, recorded.

Belongs: which copy goes next, how fast, and what is recorded of it. Does not: what
is said to a mail server (deliver.smtp).
"""
