"""Webhooks sent: apart from everything that readers wait for."""
