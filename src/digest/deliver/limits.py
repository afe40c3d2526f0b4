"""Limits of what deliver takes and makes: of a reply, a message, a report, a batch."""

from datetime import timedelta

# == A reply of a mail server ==

# A mail server that says more in one reply never comes to an end.
REPLY_BYTES = 16_384
# More replies than commands that could be on their way.
REPLIES_UNREAD = 100
# Of a reply, what is kept as the reason for an outcome: a few sentences.
REPLY_WORDS = 500

# == A limit of a domain ==

# Of a domain that is limited by itself: RFC 1035 allows no longer name.
DOMAIN_CHARACTERS = 255

# == The built-in inbox ==

# Of a message to the built-in inbox: more than any mail server takes.
INBOX_MESSAGE_BYTES = 32 * 1024 * 1024
# Of a message, what is read to list it: its header.
INBOX_HEADER_BYTES = 16_384

# == Mail that comes back ==

# Of an email that came back: its report is at the front, behind it our own message.
RETURNED_MAIL_BYTES = 256 * 1024
# Of an mbox, what is read as one line: an email without line ends is read in pieces.
RETURNED_LINE_BYTES = 64 * 1024
# Of an email that came back, how deep its parts are nested: real ones have two levels.
RETURNED_LEVELS = 5
# Of an email that came back, how many parts are looked at: real ones have three.
RETURNED_PARTS = 50
# Of a report, how many recipients are read: each copy of ours has one.
REPORTED_RECIPIENTS = 100
# Of an email that came back, how many addresses are read in its fields.
RETURNED_ADDRESSES = 100
# Of an email, how long a line may be (RFC 5322, 2.1.1).
MAIL_LINE_BYTES = 998
# Of a bounce in plain words, what is read: what it says stands before what it quotes.
RETURNED_TEXT_BYTES = 20_000
# Of a subject, what is named where an email holds no report: a line on a terminal.
RETURNED_SUBJECT = 80

# Of an email that came in, what is kept of it to be passed on: as much as is mailed.
INCOMING_BYTES = 25 * 1024 * 1024
# Seconds that a mailbox on a server has for one answer.
MAILBOX_SECONDS = 30.0
# Emails of a mailbox in one look: then others may look, and the clock is read again.
MAILS_AT_ONCE = 200
# Connections to our listener at once: a mail server keeps a few.
MAIL_CONNECTIONS = 50
# Seconds that our listener waits for the next command of a conversation.
MAIL_COMMAND_SECONDS = 60.0
# Seconds for a conversation with our listener: the largest email on a slow line.
MAIL_SESSION_SECONDS = 600.0
# Connections to our listener that wait to be taken up.
MAIL_BACKLOG = 50
# Mails of one sender that are passed on in an hour: more of them are no person's.
REPLIES_OF_A_SENDER = 10
# The time in which they count.
REPLIES_WITHIN = timedelta(hours=1)

# == What mail services tell us ==

# Of one text of theirs: a mail server's words, with what stands around them.
SERVICE_WORDS = 2_000
# Of events in one request: SendGrid, which sends the most, sends 768 kB of them.
SERVICE_EVENTS = 5_000
# Seconds for the events of one request: then the rest are left, to be sent again.
SERVICE_SECONDS = 10.0
# How long after it was signed it is taken: they try again for a day.
SERVICE_SIGNED_WITHIN = timedelta(days=3)
# Of certificates of Amazon SNS that are kept: it has one a region at a time.
SNS_CERTIFICATES = 8
# Of such a certificate, and of what it answers to a confirmation.
SNS_ANSWER_BYTES = 64 * 1024
# Seconds for either.
SNS_SECONDS = 5.0

# == A print batch ==

# How long after a batch was posted somebody may say that it was not: until they have
# slept over it.
POSTED_UNDO = timedelta(days=1)

# Letters in one print batch: a file that a printer and a small machine's memory hold.
BATCH_LETTERS = 1000

# == A call ==

# How long after it was written down what came of a call may be taken back: until
# whoever pressed has slept over it.
CALL_UNDO = timedelta(days=1)

# Characters of what a reader would have passed on: a few sentences.
CALL_NOTE_LENGTH = 1000
# Of a telephone number that a caller says was rung.
CALL_NUMBER_LENGTH = 40

# == A sender's domain ==

# Seconds for one question to DNS: who waits for the page asks four at once.
DNS_SECONDS = 3.0
# Of a domain's labels that are asked for DMARC, from its own up (RFC 9989 asks 8).
DNS_NAMES = 8
