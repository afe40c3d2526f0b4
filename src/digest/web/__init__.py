"""Pages people open: today, previews, the inbox, leaving."""
