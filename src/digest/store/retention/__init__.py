"""Which people, copies and files are over the time for which they are kept.

Belongs: what reaches over several rooms of the store. Does not: a table whose rows age
by themselves (`store.upkeep.overdue_rows`, beside the table).
"""
