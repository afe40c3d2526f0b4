"""What is sent to readers beside editions: mails that answer what they asked for.

Belongs: the outbox of such mails. Does not: editions, mail to staff.
"""
