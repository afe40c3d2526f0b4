"""What an email and a letter may hold, and how wide their lines are.

Each constant stands below the reason for it, and `# == ... ==` begins a group. What
is over a limit is shortened, broken or told another way; no post is lost by one.
"""

# == An email ==

# Bytes: Gmail cuts HTML off at 102 KB, the way to unsubscribe included.
HTML_BYTES = 100_000
# Bytes that shortening aims at, well below what is cut off.
HTML_BYTES_AIM = 90_000
# Bytes left for what a reader's own name, address and links add to the HTML.
HTML_BYTES_OF_VALUES = 2_000
# Bytes of all attached pictures; base64 makes them a third more on their way.
ATTACHED_BYTES = 2_000_000
# Characters: RFC 2919 §3.
LIST_ID_LENGTH = 255

# == Words of an email ==

# Columns of a subject: what an inbox shows of it, and a phone in two lines.
SUBJECT_WIDTH = 70
# Columns that an inbox may show after the subject.
PREHEADER_WIDTH = 140
# Columns of a summary that stand for a title where there is none.
TITLE_WIDTH = 60
# Characters up to which a telephone number stays on one line.
PHONE_LENGTH = 20
# Events of a list of what is on: more of them are counted.
WHATS_ON_EVENTS = 40
# Entries of a list of contents: a longer one is folded, a line for each section.
CONTENTS_ENTRIES = 20

# == An email's page ==

# Pixels: the column of 640, without its margins.
PICTURE_PIXELS = 592
# Pixels of its height: a tall picture keeps the words below it in sight.
PICTURE_HEIGHT = 480
# Pixels of a picture beside an easy read sentence.
SMALL_PICTURE_PIXELS = 104
# Pixels of a logo's width at the head of an email: what a phone has room for.
LOGO_PIXELS = 240
# Pixels of its height: two lines, those of the title and the day beside it.
LOGO_HEIGHT = 60
# Columns of a table that fit a phone side by side; more are told as lists.
TABLE_COLUMNS = 3
# Characters of all columns' longest words together, for the same reason.
TABLE_LENGTH = 24
# HTML and PDF/UA have no deeper headings.
HEADING_LEVELS = 6

# == Plain text ==

# Columns of a line: RFC 5322 advises 78, and replies put marks before each.
TEXT_COLUMNS = 72
# Columns of what is inside lists inside lists: narrower is a column of words.
TEXT_COLUMNS_LEAST = 24

# == A letter ==

# Characters of an address: about as much as somebody will copy off a page by hand.
PRINTED_ADDRESS_LENGTH = 40
# Characters of a word of the title that must stand beside the sender unbroken.
MASTHEAD_WORD_LENGTH = 18
# With fewer parts than this a list of them is longer than a look at the pages.
CONTENTS_FROM = 3
# Columns times the points of their type: a table that has more is told as records.
TABLE_POINTS = 60

# Millimetres of a line for each point of its type: 60 to 70 letters, which RNIB and
# UKAAF ask for; a longer line is lost on the way back.
LINE_MM_PER_POINT = 10.6
# Millimetres that a reply slip is high at least: rows far enough apart to write in.
SLIP_MM = 54
# The same in large print, whose readers write larger too.
SLIP_MM_LARGE = 80

# == A print batch ==

# Pages of one file: Typst holds it in memory, about 60 kB a page.
PRINT_FILE_PAGES = 4_000

# == Pages as pictures ==

# What a page is drawn with beside an edition: as sharp as a screen shows it, and no
# heavier than a photograph.
PAGE_DOTS_PER_INCH = 96.0
