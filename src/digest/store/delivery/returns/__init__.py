"""What came back of copies that had left: emails and letters, one row for each report.

Belongs: rows of bounces. Does not: the emails that told of them
(store.delivery.incoming).
"""
