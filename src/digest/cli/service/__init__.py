"""What operators run: the installation, its check, everything in one process, the demo.

Belongs: the commands that install and run, and what they start. Does not: what staff
type (the nouns beside this room).
"""
