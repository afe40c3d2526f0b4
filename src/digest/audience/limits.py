"""Limits of what audience takes: of a list and its rows, of a person's details."""

from datetime import timedelta

# == A subscriber list ==

# Of a subscriber list: tens of millions of people, and still read in minutes.
LIST_BYTES = 1024**3
# Of one row, quoted line ends included: a row is one person.
ROW_CHARACTERS = 20_000
# Of one row, lines that its quoted cells may go on for: an open quotation mark ends.
ROW_LINES = 50

# == A list that is handed in on a page ==

# Of the file: half a million people as CSV. The command takes larger ones.
UPLOAD_BYTES = 64 * 1024**2
# Of a file's name, as it is shown.
FILE_NAME_CHARACTERS = 100
# Of the same in UTF-8: a disk takes 255, and what is made of a file is named after it.
FILE_NAME_BYTES = 200
# Of columns: wide spreadsheets have some fifty.
LIST_COLUMNS = 100
# Lines in which the one that names the columns is looked for, below a sheet's title.
LINES_TO_HEADER = 10
# Of a workbook's rows: reading one takes some 20 seconds then.
WORKBOOK_ROWS = 200_000
# Of a workbook once it is unpacked: ten times that many rows in words.
WORKBOOK_BYTES = 400 * 1024**2
# Of a part of it that does not grow with its rows.
WORKBOOK_PART_BYTES = 20 * 1024**2
# Of parts in it: each sheet has a few.
WORKBOOK_PARTS = 2_000
# Of rows that are shown of a file, for what its columns mean to be seen by.
SAMPLE_ROWS = 3
# Of faults that are shown and kept of an import; all are counted.
IMPORT_FAULTS = 10_000
# Of phones with their 0 put back that an import names; all are counted.
IMPORT_GUESSES = 1_000
# Of people who are offered for a name that nobody has.
NAMES_OFFERED = 3
# Of people whose names are compared with one that nobody has.
NAMES_COMPARED = 50
# Of rows that are taken in while whoever pressed the button waits.
ROWS_AT_ONCE = 2_000
# How long an import can be undone, and its file is kept.
IMPORT_UNDOABLE = timedelta(days=7)
# After how long without a sign an import is taken to have been cut off.
IMPORT_SILENCE = timedelta(minutes=2)

# For so long a suppression that was asked for may be taken back as a mistake.
SUPPRESSION_UNDO = timedelta(hours=1)

# == A person ==

# Of an email address: RFC 5321 leaves no more between its angle brackets.
EMAIL_CHARACTERS = 254
# Before the @ of an email address, in octets: RFC 5321 §4.5.3.1.1.
EMAIL_LOCAL_BYTES = 64
# Of a name: it stands on one line of an envelope, shortened there if need be.
NAME_CHARACTERS = 200
# Of what a list itself calls somebody: a membership number.
REFERENCE_CHARACTERS = 80
# Of a telephone number, with its extension and spaces.
PHONE_CHARACTERS = 40
# Of a country's name: the longest has some fifty letters.
COUNTRY_CHARACTERS = 80
# Of a postcode: the longest in the world have ten.
POSTCODE_CHARACTERS = 12
# Of a schedule's name: it is one of the campaign's.
SCHEDULE_CHARACTERS = 80
# Of all the topics that somebody chose, together.
TOPICS_CHARACTERS = 1000
# Of staff's notes on a person: a page.
NOTES_CHARACTERS = 5000
# Of the wording that somebody consented to: the small print of a form.
CONSENT_WORDING_CHARACTERS = 2000
# Of any other cell, such as a line of an address.
CELL_CHARACTERS = 300

# Of a subscriber's number as somebody types it: what a database can hold.
ID_DIGITS = 18

# == Two people made one ==

# How long that can be undone: an edition of most schedules has gone by then.
MERGE_UNDOABLE = timedelta(days=28)

# == A complaint ==

# Of a complaint, and of an answer to it: a long letter.
COMPLAINT_CHARACTERS = 10_000
# How long ago one may have come that is put down: as far as anybody can be sued.
COMPLAINT_AGE = timedelta(days=6 * 365)
# How long after the usual day an answer may be promised: what takes longer is put off.
COMPLAINT_LATEST = timedelta(days=180)
# How long before its day a complaint is told of, so that somebody has time for it.
COMPLAINT_AHEAD = timedelta(days=7)

# == A need ==

# Of what helps somebody, in their words: a sentence or two.
NEED_CHARACTERS = 300
# Of needs that one person can put down on their own page.
NEEDS_OF_A_PERSON = 10
# When somebody is asked again whose day nobody chose.
USUAL_REVIEW = timedelta(days=365)
# Of the day to ask again: what helps people changes in less.
LONGEST_REVIEW = timedelta(days=5 * 365)
# How long before that day a need is listed, so that somebody has time to ask.
REVIEW_AHEAD = timedelta(days=14)

# == A pause ==

# Of a pause: a year abroad, and who is away for longer leaves and may come back.
LONGEST_PAUSE = timedelta(days=400)

# == A link to a file for calendars ==

# Of events in it, each date for itself: browsers open addresses of 2,000 characters.
EVENTS_OF_A_LINK = 200

# == Joining by the web ==

# Bits of a proof of work: about a second of an old telephone, hours of a flood.
PROOF_BITS = 16
# Whoever has no script waits as long instead, and presses the button again.
PROOF_WAIT = timedelta(seconds=60)
# Of a question for a proof: time to be called away.
PROOF_LASTS = timedelta(minutes=30)
