"""Events from iCalendar addresses and files.

Belongs: what a calendar's words mean. Does not: expanding it, which a process of its
own does (gather.calendars.ics).
"""
