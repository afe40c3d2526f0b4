"""Who may be written to: import, export, leave, suppress, erase."""
