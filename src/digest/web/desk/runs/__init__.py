"""The desk's pages of runs: how the copies of an edition get on, and what helps them.

Belongs: progress, each person's outcome, what staff settle or send again. Does not:
what is in the edition (desk.editions), printing and posting (post_room).
"""
