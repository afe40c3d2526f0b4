"""What commands share: options, how results are written, and progress.

Belongs: what two commands need alike. Does not: a command.
"""
