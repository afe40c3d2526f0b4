"""Copies leave: email through the outbox, letters as a sealed batch."""
