"""What a row, a list and a batch of the database may hold, and how long things wait.

Each constant stands below the reason for it, and `# == ... ==` begins a group.
"""

from datetime import timedelta

# == The database ==

# Milliseconds for another's lock: longer than any of our own transactions lasts.
LOCK_WAIT_MS = 15_000
# Seconds; a connection that rested for longer is tested before it is used again.
UNTESTED_REST_SECONDS = 5
# Seconds between two looks at the database's clock: two machines drift less than that.
CLOCK_LOOK_SECONDS = 60.0
# Of a machine: what names it on its own network is shorter.
MACHINE_NAME_LENGTH = 200

# == Many rows at a time ==

# Items looked up at once by what duplicates share: SQLite allows so many parameters.
DUPLICATES_LOOKED_UP_AT_ONCE = 400
# Pictures' addresses looked up at once, for the same reason.
PICTURES_LOOKED_UP_AT_ONCE = 500
# Whole items in memory at once, of those whose pictures are put in place.
ITEMS_PICTURED_AT_ONCE = 200

# == What staff are shown ==

# Copies of an edition on one page of a list.
COPIES_LISTED = 500
# People an edition did not reach, by name: as many as a person reads at once.
UNSERVED_NAMED = 20
# Reasons that put copies off, the most frequent first: more of them would be a list.
DELAY_REASONS = 5

# == People who may be held twice ==

# Of people who share a phone, or a name at a postcode: more are an office or a home.
DOUBLES_IN_A_GROUP = 6

# == A source's last reading ==

# Items that could not be taken and are kept by name: more of them are a count.
SKIPPED_ITEMS = 20
# Characters of such an item's name: it is one line of several.
SKIPPED_NAME_LENGTH = 80
# Characters of why it could not be taken: a sentence or two.
SKIPPED_REASON_LENGTH = 300

# == Old posts ==

# What turns up with an older date is an archive's, or a feed's that has changed hands.
NEWS_AGE = timedelta(days=60)

# == Holding back ==

# Longer than a night off: a database that nobody has looked after for so long waits
# for a person before anything of it leaves.
LONGEST_SLEEP = timedelta(hours=24)

# == Sending ==

# Times that a copy may have arrived unknown to us, before a person settles it: an
# answer that keeps getting lost must not become one email for ever.
DOUBTS = 3
# A job is begun shortly before its batch is leased, unless it waits behind another:
# nothing but a database that was cut off leaves one begun for longer.
JOB_BEGUN_FOR = timedelta(minutes=1)
# The first time that a mail server turns us away it is left alone so long.
FIRST_CARRIER_PAUSE = timedelta(seconds=30)
# Each pause is twice the one before, and this the longest: it may be well again.
LONGEST_CARRIER_PAUSE = timedelta(minutes=15)

# == Pictures ==

# A picture that was just made may not be in its post yet.
PICTURE_GRACE = timedelta(days=1)
# What no post shows is kept for this long, so that a withdrawal can be undone.
UNUSED_PICTURES_KEPT = timedelta(days=30)

# == Names and keys ==

# Letters of a short link's code, to be typed from paper: 31 to the sixth of them.
SHORT_LINK_LETTERS = 6
# Characters of a key's name, which says whose it is.
KEY_NAME_LENGTH = 80
# Random bytes of a key's secret: nobody guesses 256 bits.
KEY_SECRET_BYTES = 32
# How long it is known what a program asked under a key of its own (Idempotency-Key),
# and what that was answered with: longer than any program goes on trying.
REPEATS_KEPT = timedelta(days=1)
# Characters of a person's name who may sign in.
ACCOUNT_NAME_LENGTH = 80
# Random bytes of a session's cookie: nobody guesses 256 bits.
SESSION_TOKEN_BYTES = 32
# Characters of a passkey's name.
PASSKEY_NAME_LENGTH = 80
# Characters of a device's name, as its browser gives it.
DEVICE_NAME_LENGTH = 120
# Characters of who did something, as the audit trail has it.
ACTOR_LENGTH = 120
# Characters of what it was done to, beside a campaign and an edition.
AUDIT_SUBJECT_LENGTH = 120
# Characters of a value before and after: enough to know it again, not to keep it.
AUDIT_VALUE_LENGTH = 200

# == Joining ==

# An address gets so few mails that ask whether it was its owner who joined: whoever
# types in somebody else's sends them one.
CONFIRMATION_EVERY = timedelta(hours=24)
# Nobody who meant it waits for longer, and what was typed is no longer ours to keep.
UNCONFIRMED_KEPT = timedelta(days=7)
# Of one that is settled, a button that is pressed again should say the same.
SETTLED_JOINING_KEPT = timedelta(days=30)
# Requests are counted by stretches of so long.
JOINING_TALLY_STRETCH = timedelta(minutes=10)
# What a flood was is known for a while.
JOINING_TALLY_KEPT = timedelta(days=30)

# == Webhooks ==

# Characters of a webhook's name, which says which system it is of.
WEBHOOK_NAME_LENGTH = 80
# Characters of a webhook's address.
WEBHOOK_URL_LENGTH = 2_000
# A message that was being sent when its worker ended is sent again after this time.
WEBHOOK_LEASE = timedelta(minutes=2)
# For so long an endpoint that did not take a message is left alone.
WEBHOOK_QUIET = timedelta(seconds=5)
# For so long an endpoint may take nothing before it is paused, and a person is told.
WEBHOOK_PATIENCE = timedelta(days=5)
# For so long messages are signed with the secret before the last as well.
WEBHOOK_OVERLAP = timedelta(days=1)
# How long messages that were delivered or given up are kept, to be read and replayed.
WEBHOOKS_KEPT = timedelta(days=30)

# == Foreseeing an edition ==

# Kinds of readers with different earlier copies, asked about in one statement: SQLite
# takes expressions up to a depth of 1,000.
KINDS_ASKED_TOGETHER = 100

# Where very many cannot be reached, names are looked for among so many readers: to be
# sure of each of them, all readers would have to be gone through once more.
UNREACHED_LOOKED_AMONG = 200

# == What comes in by mail ==

# A reply that was being forwarded when its process ended is tried again after this.
FORWARD_LEASE = timedelta(minutes=10)
# A mailbox that was being read when its process ended is another's after this time.
MAILBOX_LEASE = timedelta(minutes=5)
