"""What is said to mail servers, and what their replies mean.

Belongs: one connection's words, servers and their fail-over. Does not: rows of
the database, nor which copy goes next (deliver.sending).
"""
