"""What keeps everything from leaving: the mark outside the database, and the hold.

Whatever leases, prints or seals asks `holds.hand_over` in its own transaction.
"""
