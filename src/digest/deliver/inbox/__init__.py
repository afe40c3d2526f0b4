"""The built-in inbox, where mail goes in practice mode.

Belongs: keeping mail exactly as it arrived. Does not: deciding what goes there
(model.delivery.practice).
"""
