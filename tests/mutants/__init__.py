"""Change the program on purpose, a little at a time, and see whether a test notices.

A *mutant* is one module with one small change. It is *killed* when a test that
is to judge the module fails, and *survives* where none does: then a test is
missing, or the change is none (it is *equivalent*, see equivalent.toml).
"""
