"""Mail services that tell us by HTTP what became of our emails, a module each.

What they say is believed once they have proved who they are, each by its own rule; then
it goes through the same door as a report that came by mail.
"""
