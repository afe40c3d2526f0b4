"""Letters on paper: which are printed and posted together.

Belongs: rows of print batches. Does not: their files (deliver.printing).
"""
