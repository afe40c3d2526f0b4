"""What campaign files, people and plans may hold, and how patient sources find us.

Each constant stands below the reason for it, and `# == ... ==` begins a group.
"""

from datetime import timedelta

# == A campaign file ==

# Characters of a campaign's, source's or schedule's name: it is typed in commands.
NAME_LENGTH = 60
# Digits of the number in a length of time, such as 30m: more than any limit below.
DURATION_DIGITS = 5
# Characters of a goodbye: it ends an edition and is none.
PARAGRAPHS_LENGTH = 4000
# Characters of what people say yes to, or are told, where they join: a few sentences.
JOINING_WORDS_LENGTH = 600
# Characters that say what a logo shows: a name, or a short sentence.
LOGO_WORDS_LENGTH = 200
# Years of a campaign's days: bank holidays are listed no further.
YEARS = range(1970, 2101)
# Time for a second try, which greylisting needs.
SHORTEST_EXPIRY = timedelta(minutes=30)
# What is of use for longer is no news.
LONGEST_EXPIRY = timedelta(days=30)
# What posting a letter costs at most, in whatever money: more is a slip.
MOST_PRICE = 1000
# An edition that is held back for longer misses its day.
LONGEST_HOLD_BACK = timedelta(days=1)
# Editions in closer succession than that are no editions.
SHORTEST_STEP = timedelta(minutes=5)
# How long before its slot an edition may be closed: news should not age.
LONGEST_LEAD = timedelta(days=1)
# Of a list of what is on: from a day, to a quarter of a year.
SHORTEST_HORIZON = timedelta(days=1)
# What is further off is not settled.
LONGEST_HORIZON = timedelta(days=92)
# An event that is told no earlier than on its day is told too late.
SHORTEST_AHEAD = timedelta(days=1)
# A year and a day: an event that comes once a year is told once a year.
LONGEST_AHEAD = timedelta(days=366)
# Characters before the @: RFC 5321 §4.5.3.1.1.
LOCAL_PART_LENGTH = 64
# Characters between two dots of a domain: RFC 1035 §2.3.4.
DOMAIN_LABEL_LENGTH = 63

# == A source in trouble ==

# Sooner than the hour at which sources are read: most trouble passes by itself.
FIRST_SOURCE_RETRY = timedelta(minutes=10)
# Each wait is twice the one before, and this the longest: news should not age.
LAST_SOURCE_RETRY = timedelta(hours=6)
# A server that asks for more has its clock or its words wrong.
LONGEST_SOURCE_WAIT = timedelta(days=1)
# A source that fails for longer waits for a person, once it was tried often enough.
SOURCE_PATIENCE = timedelta(days=7)
# Both, so that a machine that was off for a week does not give up at once.
SOURCE_PATIENT_TRIES = 10

# == A person ==

# Lines of an address beside the name and the last one: GOV.UK Notify's rule.
ADDRESS_LINES = 5
# Characters of what a person is told apart by: a key has to fit its column.
PERSON_KEY_LENGTH = 380

# == An edition ==

# Columns of what is on record of why a reader gets it: staff wrote it for themselves.
REASON_WIDTH = 120
# Columns of a line of plain text, as wide as those around it.
REASON_COLUMNS = 72

# Characters of the note before the posts: the posts are what readers wait for.
NOTE_LENGTH = 5_000
# Columns of a subject that staff write: no inbox shows more.
SUBJECT_LENGTH = 150
# Columns of the line after it, for the same reason.
PREHEADER_LENGTH = 250

# Readers planned in one transaction: enough that what is done once for all of them
# costs nothing, and short enough to hold nobody up for more than a moment.
READERS_PLANNED_AT_ONCE = 20_000
# Emails of one send batch: a worker that dies gives back no more than that.
READERS_IN_A_BATCH = 1000

# == How fast copies leave ==

# A grant may be used for so long: one whose holder dies is lost with it.
GRANT_LIFE = timedelta(seconds=1)
# A holder takes this part of what there is, so that others find something too.
GRANT_SHARE = 8
# Copies granted at once, however many there is room for: more would be held idle.
GRANT_COPIES = 500
# What was granted in the past is known to this part of its age.
LEDGER_COARSENESS = 20
# A sending domain that was used on so many days is no longer new.
SLOW_START_DAYS = 14
# Seconds over which a run's rate is taken: long enough to smooth what a mail server
# stutters, short enough to notice change.
RATE_WINDOW_SECONDS = 60.0
# Seconds; over a shorter time a rate is a guess.
RATE_SECONDS = 2.0

# == A bounce ==

# Characters of what a mail server says of a copy: a line or two for staff.
BOUNCE_WORDS_LENGTH = 300

# == A report ==

# Days that are shown one by one: a month.
REPORT_DAYS = 31
# Weeks that are shown one by one, half a year; more days than that are months.
REPORT_WEEKS = 26
# Months that are shown one by one: three years; more are years.
REPORT_MONTHS = 36
# Days that one report covers: no campaign is older than that.
REPORT_SPAN = timedelta(days=20 * 365)
# Worker processes beside one another: more than machines have cores do no more.
MOST_PROCESSES = 64
