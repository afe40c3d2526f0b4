"""The post room for programs: print batches, what came back, and calls.

Belongs: a module for each. Does not: what is printed or said (digest.render).
"""
