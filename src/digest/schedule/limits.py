"""How far back, how often and how much at once the program looks by itself.

Each constant stands below the reason for it, and `# == ... ==` begins a group.
"""

from datetime import timedelta

# == A campaign file ==

# Bytes: hundreds of sources with all their keys; a larger file is another kind.
CAMPAIGN_FILE_BYTES = 1_000_000
# Versions of a campaign file in which the logo of a name is looked for.
LOGO_VERSIONS = 200

# == The timetable ==

# Slots that are settled in one transaction, oldest first: the others are next.
SLOTS_AT_ONCE = 500
# A clock that is put right goes ahead by less, and what was set wrong by more.
LONGEST_CLOCK_JUMP = timedelta(minutes=10)
# APScheduler waits on the monotonic clock: a machine that was suspended, a clock
# that was set and a schedule changed elsewhere are seen at the next sweep.
SWEEP = timedelta(minutes=5)
# Campaigns whose editions are made side by side: those whose sources hang hold up few.
ERRANDS_AT_ONCE = 16
# Seconds that errands have to end when it is time to stop: longer than one document.
ERRANDS_END_SECONDS = 25.0
# Sources are read between editions, so that a draft is fresh and a failure noticed.
GATHER_EVERY = timedelta(hours=1)

# Approvers are told again so long before it is too late: time to come to a desk.
NUDGE_BEFORE = timedelta(hours=1)

# == Previews ==

# Of letters whose pages are kept as pictures, each of about a megabyte.
PREVIEW_PAGES_KEPT = 8

# == Tests of an edition ==

# Of emails that staff send to themselves, of all of them together: nobody reads more,
# and a mail server that got many would take the next edition for junk.
TESTS = 20
# The time in which they count.
TESTS_WITHIN = timedelta(minutes=10)

# == Workers ==

# Seconds after a round before the next looks for letters, and for what is due again.
ROUND_PAUSE_SECONDS = 5.0
# One batch is being sent, and the next is leased when that runs low; any other is for
# whoever is idle.
JOBS_AT_ONCE = 2
# Send batches without a job that are submitted again at one sweep: a million copies.
BATCHES_SWEPT = 1000
# Seconds: nobody is woken when it is time to stop, so who waits looks this often.
STOP_LOOK_SECONDS = 0.2
# Connections of a process to PostgreSQL for its jobs: one listens, others fetch.
JOB_CONNECTIONS = 4

# == What is broken, not busy ==

# A timetable looks at every sweep: three that did not come are no long look.
TIMETABLE_SILENT = timedelta(minutes=15)
# A slot is looked at when it comes, or at the next sweep; and the machine may be slow.
EDITION_GRACE = timedelta(minutes=10)
# What an edition waits for no person with is done in the look that comes next, once
# the sources have been read.
STEP_GRACE = timedelta(minutes=15)
# A worker looks every few seconds, and is between two batches for less than that.
WORKER_SILENT = timedelta(minutes=2)
# Longer than the ten minutes that a mail server may take for one answer (RFC 5321).
SENDER_STUCK = timedelta(minutes=20)
# Thousands of letters take some minutes of one processor.
LETTERS_GRACE = timedelta(minutes=30)
# A greylisting or a restart of a mail server is over by then.
MAIL_SERVER_GRACE = timedelta(minutes=10)
# A web server may be down for a night; a source that gives nothing for a day is told.
SOURCE_FAILING = timedelta(days=1)
# A source is due every hour, and others may have taken all the time there was.
SOURCE_UNREAD = timedelta(hours=6)
# A weekend: who prints and posts letters may not be at work.
LETTERS_UNPOSTED = timedelta(days=3)

# Seconds: what restarts a process that stands still is not to do so in mid-plan.
LOOP_STALLED_SECONDS = 1800.0

# Two machines that set their clocks by NTP are within a second: more is no accident.
CLOCKS_APART = timedelta(seconds=5)
# A machine compares its clock each minute: one that has not for so long is gone.
CLOCKS_COMPARED = timedelta(minutes=10)

# == Mail to the operators ==

# Seconds between two looks of each process: together with the next, soon enough.
OPERATORS_LOOK_SECONDS = 60.0
# What is over by the next look or two was no more than busy.
ALARM_SETTLES = timedelta(minutes=2)
# What comes and goes is one alarm and not many mails.
WELL_AGAIN_AFTER = timedelta(minutes=15)
# A mail that could not be handed over is tried again.
OPERATOR_MAIL_RETRY = timedelta(minutes=5)
# One that a mail server refused for good is, too: the setting may be mended.
OPERATOR_MAIL_REFUSED = timedelta(days=1)
# Nobody wants to be told late of what is long over.
OPERATOR_MAIL_KEPT = timedelta(days=7)
# An SQLite database of so many bytes is written anew when somebody is erased: it takes
# a second or two, in which nobody else writes. A larger one waits for the night.
REWRITTEN_AT_ONCE_BYTES = 64 * 1024 * 1024
# By the clock of DIGEST_TIMEZONE: before a day's work, and before most editions.
DAILY_MAIL_HOUR = 7

# == What is done each night ==

# By the clock of DIGEST_TIMEZONE: when nobody is at work and no edition is due.
NIGHT_BEGINS_AT_HOUR = 3
# What others wait for is not begun later: the first of them are at work by then.
NIGHT_ENDS_AT_HOUR = 6
# Rows or files that are removed in one transaction: others have their turn after it.
REMOVED_AT_ONCE = 500
# A task whose machine is gone is another's after this time.
NIGHT_TASK_LEASE = timedelta(hours=1)
# Emails are being sent, or it is not the time: it is looked again so soon.
NIGHT_TASK_PUT_OFF = timedelta(minutes=10)
# What failed is tried again after this time, then after twice that, and so on.
NIGHT_TASK_RETRY = timedelta(minutes=15)
# The longest wait: what fails for days is told each day.
NIGHT_TASK_LONGEST_RETRY = timedelta(days=1)
# A task that has failed for so long is told: two nights may go wrong.
NIGHT_TASK_FAILING = timedelta(days=2)

# == Mails that ask whether somebody joined ==

# Seconds between two looks: whoever has just signed up looks into their email.
CONFIRMATIONS_LOOK_SECONDS = 5.0
# A mail that could not be handed over, or was one too many, is tried again.
CONFIRMATION_RETRY = timedelta(minutes=10)
# The time in which those mails count, of a domain and of all.
CONFIRMATIONS_WITHIN = timedelta(hours=1)
# Those to one domain: of a campaign's first hour, at the largest provider of mail.
CONFIRMATIONS_OF_A_DOMAIN = 500
# Those to all: a flood of addresses is no more than that, and people wait their turn.
CONFIRMATIONS_OF_ALL = 1500
# Requests to join in some twenty minutes that are more than people make: an attack.
JOINING_FLOOD = 600
# What somebody asked for by the web, to get it on paper or by phone, waits a weekend.
JOINING_UNSEEN = timedelta(days=3)

# == What staff are shown ==

# Editions of a campaign that status lists and looks at for troubles, newest first.
EDITIONS_LISTED = 10
# Readers who were not reached for one reason, by name: more of them are a count.
READERS_NAMED = 5
# Reasons why readers of a campaign were not reached: more of them are a count.
CAUSES_NAMED = 10
# Items of a source that could not be taken, by name: more of them are a count.
SKIPPED_ITEMS_NAMED = 3
# An item that cannot be taken is named so long: whoever leaves it so means to.
SKIPPED_NAMED_FOR = timedelta(days=7)
# What happened to an edition longer ago is history, not something that needs help.
EDITION_TROUBLES_FOR = timedelta(days=7)
# A limit is waited for again and again in a run that goes well: longer is told.
RATE_WAIT_TOLD_FROM = timedelta(minutes=1)

# Calls on one print of call sheets: more are several callers' days.
CALLS_ON_A_SHEET = 200

# == An edition looked at before it goes ==

# Readers who cannot be reached, by name: more of them are a count.
UNREACHED_NAMED = 20
# Different letters that are laid out to count their sheets: each takes a second.
LETTERS_LAID_OUT = 12
# Days until which readers have paused, with how many: those after them are a count.
PAUSES_TOLD = 3
# Sheets folded into an envelope: more are too thick for a letter's stamp (5 mm).
SHEETS_OF_A_LETTER = 16
# A share of the readers of the edition before: so many new or gone are a surprise.
CHANGE_TOLD_FROM = 0.2

# == The calendar of slots ==

# A quarter of a year: what is further off is not settled.
CALENDAR_AHEAD = timedelta(days=92)
# What has just gone does not vanish from under whoever looks.
CALENDAR_BACK = timedelta(days=7)
# Entries: more than a schedule of several a day has in that time.
CALENDAR_ENTRIES = 500

# == Reports ==

# Editions whose counts are kept in one look of the timetable: each takes a moment.
EDITIONS_TALLIED_AT_ONCE = 10

# == Webhooks ==

# How long an endpoint may take to take a message.
WEBHOOK_SECONDS = 15
# Messages to one endpoint before the next has its turn.
WEBHOOKS_A_ROUND = 100
# How often it is looked whether something is to be told.
WEBHOOKS_LOOK_SECONDS = 5

# == Reading on the web ==

# Editions of a page of past ones: some two weeks of a daily one.
ARCHIVE_PAGE = 12
# Editions of a feed: who reads it looks in more often than every tenth.
FEED_ENTRIES = 10
# Events of the page that says what is on; more are counted.
EVENTS_OF_A_PAGE = 200
# What is over stays in a calendar for so long: nobody's entry vanishes the same day.
EVENTS_BACK = timedelta(days=31)

# == Mail that comes in ==

# How often a mailbox is looked into: who leaves by mail is not kept waiting.
MAILBOX_EVERY = timedelta(minutes=1)
# Seconds between two looks whether it is time, and whether a reply waits.
INCOMING_LOOK_SECONDS = 10.0
# Replies that are passed on before the mailbox has its turn.
REPLIES_A_ROUND = 50
# A server that is away for less has been restarted.
MAILBOX_UNREACHED = timedelta(minutes=30)
# A reply that has not been passed on for so long is told.
REPLY_STUCK = timedelta(hours=1)
# Characters of what a reader wrote that stand in the mail itself; all is attached.
REPLY_TEXT = 20_000
