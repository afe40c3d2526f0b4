"""Calendars, and the process of its own that works them out."""
