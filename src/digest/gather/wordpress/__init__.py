"""The past of a WordPress site, from its export."""
