"""Limits of what web takes and shows: of a request, a form, an API body, a page."""

from datetime import timedelta

# == A request ==

# Of one with a file of people: the file at its largest, and what a form writes around.
UPLOAD_BYTES = 65 * 1024**2
# Of one with a picture: the picture at its largest, and what a form writes around.
PICTURE_UPLOAD_BYTES = 11 * 1024**2
# Of a request's body: the longest post, with room for how forms write it.
REQUEST_BYTES = 3_000_000
# Of a form's fields: a post's own and one for each of its links.
FORM_FIELDS = 100
# Of a number in an address that names a row: what a database can look for.
ROW_ID = 2**63 - 1
# Of any other number in an address, such as which page of a list.
NUMBER = 1_000_000

# == Wrong keys, passwords and codes ==

# The time in which wrong ones count.
WRONG_WITHIN = timedelta(minutes=10)
# Of wrong keys from one address, before it has to wait: a person errs less often.
WRONG_KEYS = 20
# Of wrong passwords or codes of one person from one address.
WRONG_ATTEMPTS = 10
# Of those from one address, where a whole office may sit.
WRONG_ATTEMPTS_OF_A_CALLER = 50
# Of those of one person from anywhere: some six thousand a day, of 10^20 passwords.
WRONG_ATTEMPTS_OF_A_PERSON = 40

# Of callers that are counted at once: more than that, and the first are forgotten.
CALLERS_COUNTED = 100_000
# Of refusals of one address that are put on record: more of them say nothing new.
REFUSALS_ON_RECORD = 5

# == Signing up ==

# The time in which sign-ups from one place count.
JOINING_WITHIN = timedelta(hours=1)
# Of those from one address, before a proof of work or a wait is asked: a household.
JOINING_OF_A_CALLER = 10
# Of those from one network: a library, a street.
JOINING_OF_A_NETWORK = 40
# Of those from one address at most; a day of sign-ups where all come by one proxy.
JOINING_OF_A_CALLER_AT_MOST = 300

# == A page ==

# Of editions on the page of today, for each campaign.
TODAY_EDITIONS = 20
# How long Today shows the readers of what comes up as they were counted.
EXPECTED_READERS_KEPT = timedelta(minutes=1)
# How far Today looks ahead: a week.
TODAY_DAYS = timedelta(days=7)
# Of slots in them, for each campaign.
TODAY_SLOTS = 60
# Of editions that went out lately, on Today.
TODAY_WENT_OUT = 5
# Of slots to come on a campaign's page, for each of its schedules.
CAMPAIGN_SLOTS = 10
# Of editions on a campaign's page.
CAMPAIGN_EDITIONS = 6
# Of posts that the page of the first steps counts.
START_POSTS = 100
# Of acts, the newest, among which it looks for a test.
START_ACTS = 200
# Of versions on one page of a campaign's history.
CAMPAIGN_VERSIONS = 30
# Of items that trying a source shows, and whose pictures it tries.
TRIAL_ITEMS = 20
# Of sources tried at once, each of which may wait for a slow server.
TRIALS_AT_ONCE = 2
# Of a campaign file that is edited on a page: hundreds of sources with all their keys.
CAMPAIGN_FILE_CHARACTERS = 200_000
# Of its lines, each of which is compared with what was there before.
CAMPAIGN_FILE_LINES = 3_000
# Of weeks on one page of the calendar.
CALENDAR_WEEKS = 5
# Of slots to come on it, for each campaign: one every three hours.
CALENDAR_SLOTS = 300
# How far from today its pages go.
CALENDAR_REACH = timedelta(days=1830)
# Of domains that campaigns send from, which are looked up for one page.
SENDER_DOMAINS = 5
# Of titles that are shown of what a first live edition would hold, the newest.
GOLIVE_TITLES = 20
# Of editions whose latest check is kept for their pages.
CHECKS_KEPT = 50
# Of people of whom one is chosen, to see an edition as they get it.
READERS_OFFERED = 10
# How long pages of a letter are shown as they were drawn: pictures may come in.
PAGES_DRAWN_FOR = timedelta(minutes=5)
# Of messages on one page of a webhook.
WEBHOOK_MESSAGES = 30
# Of acts on one page of the audit trail.
AUDIT_ACTS = 50
# Of runs on one page.
RUNS = 10
# Of editions on one page of the list.
EDITIONS = 30
# Of people on one page of a run.
RUN_PEOPLE = 50
# Of print batches that are to be printed or posted, on the post room's page.
POST_ROOM_BATCHES = 50
# Of print batches that are done, on the same page.
POST_ROOM_DONE = 10
# Of calls that are to be made, on the page of calls: as many as a day has room for.
CALLS_SHOWN = 50
# Of calls that are written down today, on the same page.
CALLS_DONE = 50
# Of words below a chart: more of them would touch on a phone.
CHART_LABELS = 5
# Of letters that came back, on the page that takes them in.
POST_ROOM_RETURNED = 50
# Of offers of another channel on the page of what came back.
RETURNS_OFFERS = 50
# Of what became of offers, of what came back last, and of what nobody could read there.
RETURNS_LISTED = 30
# Of messages that the inbox's page lists.
INBOX_MESSAGES = 200
# Of people who signed up on the web and wait to be looked at, on their page.
JOINING_WAITING = 50
# Of reasons why mails to who signed up did not go, on the same page.
JOINING_FAILURES = 5
# Of complaints that are open, and of those closed, on one page of them.
COMPLAINTS = 50
# How long the page on privacy shows on which bases people are there as it last was.
PRIVACY_FACTS_KEPT = timedelta(minutes=5)
# Of people on one page of those found.
PEOPLE = 50
# Of pairs on one page of possible doubles: each is to be looked at.
DOUBLES = 25
# Of what has passed with each of two people, where they stand beside each other.
DOUBLE_EVENTS = 6
# Of imports on one page of them.
IMPORTS = 30
# Of an import's faults on one page.
IMPORT_FAULTS = 100
# Of a mailing list's name: it stands in campaign files.
LIST_NAME_CHARACTERS = 80
# Of what happened between somebody and us, on their page at first.
PERSON_EVENTS = 30
# Of the same once all of it is asked for: twice a day for more than ten years.
PERSON_EVENTS_AT_MOST = 10_000
# Of why somebody is not written to: a sentence.
REASON_CHARACTERS = 200
# Of a reason that is taken back, as the program itself may have written it.
LIFTED_REASON_CHARACTERS = 2000
# Of what is looked for: the longest name.
SEARCH_CHARACTERS = 200
# Of posts on one page of a campaign's.
POSTS = 30

# == The API ==

# How often it is noted that a key is in use.
KEY_USED_EVERY = timedelta(minutes=5)
# Of items that the API lists at once.
API_ITEMS = 200
# Of a title in the API: a headline.
API_TITLE_CHARACTERS = 300
# Of a text in the API: a long article.
API_TEXT_CHARACTERS = 200_000
# Of a program's own id for an item.
API_KEY_CHARACTERS = 300
# Of any other words in the API, addresses included.
API_WORDS_CHARACTERS = 2_000
# Of a complaint in the API, and of an answer to it: a long letter.
COMPLAINT_CHARACTERS = 10_000
# Of one topic in the API.
API_TOPIC_CHARACTERS = 80
# Of topics of one item in the API.
API_TOPICS = 20
# Of calls by one key in the time below: ten a second.
API_CALLS = 600
# The time in which calls of a key count.
API_CALLS_WITHIN = timedelta(minutes=1)
# A request takes no longer, so that one which was never answered has come to grief.
API_REQUEST_TAKES = timedelta(minutes=2)
# Of days whose slots the API lists at once: a quarter of a year.
API_SLOT_DAYS = 92
# Of numbers that a request to the API names at once, such as of people or events.
API_NUMBERS = 200
# Of one cell of a person in the API: staff's notes are the longest.
API_CELL_CHARACTERS = 5_000
# Of a letter's reference in the API: two numbers with a full stop between them.
API_REFERENCE_CHARACTERS = 40
# Of the Idempotency-Key of a request to the API.
API_REPEAT_KEY_CHARACTERS = 255
# Of pages that are the same for everybody and kept as they were last made.
PAGES_KEPT = 100
