"""What the people who run the installation are told by mail.

Belongs: alarms and the daily mail. Does not: what is broken; see reports.
"""
