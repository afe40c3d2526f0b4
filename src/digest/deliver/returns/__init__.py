"""What comes back: bounces and complaints, taken once each.

Belongs: reading reports and what follows from them. Does not: answers in the same
SMTP session (deliver.smtp).
"""
