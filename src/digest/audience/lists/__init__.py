"""Subscriber lists as files: read, checked, taken in, and written out.

Belongs: files of people. Does not: one person's wishes (the modules beside this room).
"""
