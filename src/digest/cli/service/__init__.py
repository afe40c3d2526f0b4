"""What long-running commands run: everything in one process, the demo, the check.

Belongs: what `serve`, `demo` and `check` start. Does not: options and help.
"""
