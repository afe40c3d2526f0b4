"""What two people have had, and are to get, where they are made one or two again.

Belongs: places in the log and copies on their way. Does not: who they are, and why.
"""
