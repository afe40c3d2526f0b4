"""What commands share: options, progress, and posts as they are typed.

Belongs: what two commands need alike. Does not: a command.
"""
