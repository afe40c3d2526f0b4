"""Limits of signing in: of passwords, codes and links, and how long things last."""

from datetime import timedelta

# == Passwords ==

# Of a password: as short as the guidance on passwords with a second step allows, and
# half more.
PASSWORD_LENGTH = 12
# Of a password: a sentence has room, and hashing it costs no more.
PASSWORD_MOST = 200
# Passwords checked at once in this process: each takes 64 MB and a fifth of a second.
PASSWORDS_AT_ONCE = 2

# == The second step ==

# Of the codes on paper that stand in for a phone.
RECOVERY_CODES = 10
# Letters of one: 50 bits, and wrong ones are throttled.
RECOVERY_CODE_LETTERS = 10
# Steps of 30 seconds that a phone's clock may be behind or ahead.
TOTP_STEPS_OFF = 1

# == Links and sessions ==

# A link that asks somebody in works so long: over a weekend.
INVITATION_LASTS = timedelta(days=3)
# A link to another password works so long.
RESET_LASTS = timedelta(hours=1)
# The link to the first account works so long; each start of the service makes one.
FIRST_LASTS = timedelta(days=1)
# A passkey is asked for so long: a page may stand open for a while.
CHALLENGE_LASTS = timedelta(minutes=30)
# A session ends after so long, whatever is done in it: a working day.
SESSION_LASTS = timedelta(hours=12)
# A session whose second step is not taken ends after so long.
UNCONFIRMED_LASTS = timedelta(minutes=15)
# How often it is noted that a device is in use.
SEEN_EVERY = timedelta(minutes=5)

# == The organisation's own accounts ==

# Whoever was sent to their provider has so long to prove there who they are.
OIDC_LASTS = timedelta(minutes=10)
# Seconds for an answer of the provider: whoever signs in waits for it.
OIDC_SECONDS = 10.0
# Seconds by which its clock may differ from ours.
OIDC_LEEWAY_SECONDS = 60
