"""What the program does each night by itself, beside sending.

Belongs: a night task, and when it is done. Does not: what is removed of a table.
"""
