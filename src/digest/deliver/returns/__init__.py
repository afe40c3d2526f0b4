"""What comes back: bounces and complaints, taken once each.

Belongs: reading reports and what follows from them. Does not: refusals in the same
SMTP session (deliver.smtp), nor what is hard and what soft (model.delivery.bounces).
"""
