"""What is done each night: when next, and what came of it.

Belongs: the record of what runs by itself. Does not: what it does.
"""
