"""The laws of the log, and who watches them from outside: what left, to whom, when."""
