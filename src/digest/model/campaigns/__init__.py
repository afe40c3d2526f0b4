"""What staff decide in advance: the campaign, its file, its slots, its sources' health.

Belongs: decisions about campaigns, schedules and sources. Does not: what one slot
published (model.editions).
"""
