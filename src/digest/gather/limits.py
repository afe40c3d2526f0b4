"""What one source, and what is read of it, may hold and may cost.

Each constant stands below the reason for it, and `# == ... ==` begins a group. What
is over a limit is refused or cut in words; it never costs its neighbours anything.
This module imports nothing of the program, for the calendars' child process does.
"""

from datetime import timedelta

# == A document from the web ==

# Bytes, unpacked: several documents are in memory side by side.
DOCUMENT_BYTES = 10_000_000
# Whoever is there says so at once; the hosts after it are waiting.
CONNECT_SECONDS = 5.0
# Redirects and all, waiting for our turn apart: an edition may wait for it.
DOCUMENT_SECONDS = 20.0
# More of them than any site needs are a circle.
REDIRECTS = 5
# Words pack to a tenth and seldom to a thirtieth; more than that is somebody's trap.
UNPACKING_RATIO = 100
# Bytes: below these the ratio says nothing.
UNPACKING_RATIO_FROM = 1_000_000
# Characters of an entity tag or a date that is sent back to its server.
VALIDATOR_LENGTH = 1_000
# Digits of the seconds that a server asks us to wait.
RETRY_AFTER_DIGITS = 9

# == Reading sources side by side ==

# Most sources wait for an answer: so many threads wait with them.
SOURCES_AT_ONCE = 64
# What a parser holds is many times what was fetched: so many of those in memory.
PARSERS_AT_ONCE = 8
# Seconds after which no further source is begun: an edition may be waiting.
GATHERING_SECONDS = 120.0
# Seconds between two requests to one host, so that nobody notices us.
HOST_GAP_SECONDS = 0.2
# A host that is not there costs some seconds for each of its sources.
TRIES_OF_A_DEAD_HOST = 2

# == An item ==

# Items of one source at one reading: more are an archive, and no news.
ITEMS = 1_000
# Characters; a longer title is cut between two words.
TITLE_LENGTH = 300
# Characters, as of a title: a place is a line in a list of events.
PLACE_LENGTH = 300
# Characters: the database's index holds no longer ones; a hash stands for the rest.
KEY_LENGTH = 300
# Words: what a source calls a summary and is longer is the beginning of its text.
SUMMARY_WORDS = 80
# Topics of an item: who gives more wants to be found, and tells readers nothing.
TOPICS = 20
# Characters of a topic: it stands in lists, and in readers' choices.
TOPIC_LENGTH = 80
# A year of publishing: an earlier one is a program's slip, and no date.
EARLIEST_YEAR = 1900
# Files that hang on an entry and are looked at.
ATTACHMENTS = 50
# Links to recordings and documents below a post.
ATTACHED_LINKS = 10
# Pictures below a post's words that hang on its entry; the rest is named.
ATTACHED_PICTURES = 20
# Characters of such a link's words.
LINK_LENGTH = 200
# Characters by which an item that cannot be taken is called.
NAME_LENGTH = 80

# == HTML and other markup ==

# Bytes of an item's HTML: more has pictures or whole pages pasted into it.
ITEM_HTML_BYTES = 2_000_000
# Levels of nesting in an item: what is deeper is broken, and costs memory.
ITEM_HTML_DEPTH = 100
# Pieces of markup in an item; what is pasted from a word processor has thousands.
ITEM_HTML_ELEMENTS = 50_000
# Bytes of a web page, which holds much besides its posts.
PAGE_HTML_BYTES = 10_000_000
# Levels of nesting in a page; the parser gives up, in silence, at 256.
PAGE_HTML_DEPTH = 200
# Pieces of markup in a page.
PAGE_HTML_ELEMENTS = 200_000
# Cells of a table of data: a larger one is a spreadsheet, and is told as lines.
TABLE_CELLS = 5_000
# Columns of a table of data: no page and no screen is wider.
TABLE_COLUMNS = 50
# Characters of a Markdown text: more is a book, and no post.
MARKDOWN_LENGTH = 200_000
# The Markdown parser's time grows with the square of these.
MARKDOWN_BRACKETS = 5_000
# Lists in lists; the parser leaves out, in silence, what passes its own limit of 100.
MARKDOWN_DEPTH = 60
# Marks on one letter (UTS #39 section 5.4): more are drawn over other people's lines.
MARKS_ON_A_LETTER = 4

# == A feed ==

# Bytes of a feed that is not XML: to mend it costs some microseconds a byte.
BROKEN_FEED_BYTES = 1_000_000
# Attributes of one element: no feed has a use for them.
FEED_ATTRIBUTES = 200
# Bytes of a feed cut into its items, each with the head: as much as one feed may be.
CUT_FEED_BYTES = 10_000_000

# == A folder of files ==

# Bytes of a file of words.
FILE_BYTES = 2_000_000
# Files below one folder: more are somebody's whole disk.
FILES_IN_A_FOLDER = 100_000
# Characters of a file's head, which is a few lines of YAML.
FILE_HEAD_LENGTH = 20_000
# A file that was changed less long ago may be half of what it will be.
FILE_REST = timedelta(seconds=5)

# == An export of WordPress ==

# Bytes: fewer years at a time can be exported.
EXPORT_BYTES = 500_000_000
# Characters of the posts that are kept in memory, the newest of them.
EXPORT_KEPT_LENGTH = 100_000_000
# Characters of one text in it.
EXPORT_TEXT_LENGTH = 2_000_000
# Addresses of pictures that are remembered until their posts are met.
EXPORT_PICTURES = 50_000
# Characters of a field of a post's own.
EXPORT_FIELD_LENGTH = 200
# Levels of nesting: an export has five.
EXPORT_DEPTH = 50
# Items that are not well-formed and are passed over: more are a broken file.
EXPORT_FAULTS = 100

# == A web page ==

# Links of a list page that are followed, and remembered twice over.
LINKS = 200
# Pages that are read for the first time at one reading, so as not to be a burden.
NEW_PAGES_AT_ONCE = 20
# Pages that were read before and are asked at one reading whether they have changed.
CHECKED_PAGES_AT_ONCE = 5
# Seconds after which no further linked page is begun: the rest waits.
LINKED_PAGES_SECONDS = 120
# Readings at which a page may fail before it is no longer new.
LINKED_PAGE_FAILURES = 3
# Characters of a page whose main text trafilatura looks for, scripts and all.
JUDGED_HTML_LENGTH = 3_000_000
# Pieces of markup in it: the worst of that size takes it five seconds.
JUDGED_ELEMENTS = 30_000
# Posts of a long page that are recognised at its next reading.
REMEMBERED_POSTS = 1_000
# Events of a page that are recognised at its next reading.
REMEMBERED_EVENTS = 1_000
# Characters of a title in the key that it becomes.
TITLE_IN_KEY_LENGTH = 200
# Feeds and calendars that a page names and that are told of.
NAMED_SOURCES = 10
# Characters of a class or an id; what is longer was made to be slow to look at.
CLASS_LENGTH = 100
# Elements marked as an author, and as many marked as a date, that are looked at.
CREDIT_MARKS = 100
# Elements inside such a mark: what holds a great deal is no name and no date.
CREDIT_MARK_ELEMENTS = 50
# Scripts of JSON-LD in a page.
JSON_LD_SCRIPTS = 50
# Characters of one of them.
JSON_LD_LENGTH = 1_000_000
# Objects in all of them.
JSON_LD_OBJECTS = 5_000
# Levels of objects inside objects.
JSON_LD_DEPTH = 30

# == A picture ==

# Bytes of a picture's file; what has been fetched waits in memory to be made anew.
PICTURE_BYTES = 10_000_000
# Pixels; a JPEG can be opened at part of its size, with 4 bytes a pixel.
JPEG_PIXELS = 50_000_000
# Pixels of the other kinds, which take up to 20 bytes each: around 250 MB.
OTHER_PIXELS = 13_000_000
# Pixels on the shorter side: what has fewer shows nothing.
LEAST_PIXELS = 8
# Passes over all of its pixels that a JPEG may take; real ones have ten.
JPEG_SCANS = 40
# Bytes of a colour profile; a picture is shown without one that is larger.
COLOUR_PROFILE_BYTES = 1_000_000
# Pictures that are fetched and made anew at the same time.
PICTURES_AT_ONCE = 4
# Campaigns whose pictures are brought in side by side, so that none waits for another.
CAMPAIGNS_WITH_PICTURES_AT_ONCE = 4
# Seconds for which an edition waits for its pictures, and one fetch more.
PICTURES_SECONDS = 60.0
# Seconds; whose server took longer to fail is not asked again in the same round.
SLOW_PICTURE_SECONDS = 5.0

# == A calendar ==

# Bytes of memory that the process which works a calendar out may take.
CALENDAR_MEMORY = 256_000_000
# Seconds of computing after which that process is ended.
CALENDAR_SECONDS = 5
# Seconds by the clock: a busy machine gives it a tenth of its time.
CALENDAR_CLOCK_SECONDS = 60
# Seconds of computing for all events, which leaves time to answer.
CALENDAR_EVENTS_SECONDS = 3
# Seconds of computing for one event, which is given up when they are over.
CALENDAR_EVENT_SECONDS = 0.5
# Events in a file: a calendar of fewer years can be given.
CALENDAR_EVENTS = 20_000
# Events, and dates of events, that are news at one reading.
CALENDAR_NEWS = 1_000
# Dates besides the news that put right what is known already.
CALENDAR_UPDATES = 5_000
# Events that cannot be taken and are named.
CALENDAR_FAULTS = 200
# An event that lasts longer has its end wrong.
EVENT_LENGTH = timedelta(days=366)
# Characters of a description.
EVENT_TEXT_LENGTH = 20_000
# Characters of a line such as a title, once parsed.
EVENT_LINE_LENGTH = 2_000
# Characters of a line before it is parsed.
EVENT_RAW_LINE_LENGTH = 100_000
# Of an event that repeats, its next date and those within this are told.
SERIES_AHEAD = timedelta(days=14)
# Dates of one event that are news: one series may not be a whole edition.
SERIES_NEWS = 31
# Further dates of one event that put right what is known already.
SERIES_UPDATES = 100
# Characters of a UID in a key: the day follows it.
UID_LENGTH = 250
# Times that an event repeats: daily for 27 years.
REPEATS = 10_000
# Days and hours that a rule's parts may make together.
RULE_COMBINATIONS = 10_000
# Rules of one event: programs write one.
RULES = 5
# Dates that an event lists (RDATE) in place of a rule.
LISTED_DATES = 1_000
# Dates that an event leaves out (EXDATE).
EXCEPTIONS = 10_000
