"""Who readers are: what they get, need and have agreed to, and how they left."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from digest.store.base.tables.columns import (
    BigId,
    UtcDateTime,
    metadata,
    own_id,
    partial_index,
    reference,
    required,
)

mailing_list = Table(
    "mailing_list",
    metadata,
    own_id(),
    Column("name", String(80), nullable=False, unique=True),
    required("created_at", UtcDateTime),
)

subscriber = Table(
    "subscriber",
    metadata,
    own_id(),
    # Who this is, whatever list they come from: see model.people.person.
    Column("identity", String(400), nullable=False, unique=True),
    # Of the identity that they came in with, in their mail: model.people.reader_marks.
    Column("mark", String(5), nullable=False, server_default=""),
    required("name", Text),
    Column("name_key", Text),  # in one case of letters, for finding
    Column("email", Text),  # as typed, for sending
    Column("email_key", Text),  # canonical, for finding
    # Keyed hashes of what identifies a person: audience.hashing.
    Column("email_hash", String(64)),
    Column("post_hash", String(64)),
    Column("phone_hash", String(64)),
    # By what somebody may be held twice: model.people.likeness.
    Column("mailbox", Text),
    Column("phone_digits", Text),
    Column("name_sound", Text),
    Column("phone", Text),
    required("address", JSON),  # lines without the postcode; [] where unknown
    Column("postcode", String(12)),
    Column("country", Text),
    Column("format", String(20)),  # as asked for; null leaves it to what is held
    Column("schedule", String(80)),
    Column("topics", JSON),
    Column("language", String(20)),
    Column("organiser", Text),
    Column("notes", Text),
    required("created_at", UtcDateTime),
    required("changed_at", UtcDateTime),
    Column("erased_at", UtcDateTime),
    # Who they are since staff found that they were held twice: the other row.
    Column(
        "merged_into",
        BigId,
        ForeignKey("subscriber.id", name="fk_subscriber_merged_into"),
    ),
    # They have paused everything until that day: whatever they come to read too.
    Column("back_on", Date),
    Column("catch_up", Boolean),  # as of a reader
    partial_index(
        "ix_subscriber_back_on",
        "back_on",
        where="back_on IS NOT NULL",
    ),
    Index("ix_subscriber_email_hash", "email_hash"),
    Index("ix_subscriber_post_hash", "post_hash"),
    Index("ix_subscriber_phone_hash", "phone_hash"),
    Index("ix_subscriber_name_key", "name_key"),
    partial_index(
        "ix_subscriber_erased_at",
        "erased_at",
        where="erased_at IS NOT NULL",
    ),
    partial_index(
        "ix_subscriber_merged_into",
        "merged_into",
        where="merged_into IS NOT NULL",
    ),
    partial_index(
        "ix_subscriber_mailbox",
        "mailbox",
        where="mailbox IS NOT NULL",
    ),
    # For staff who look somebody up, and for who may be held twice:
    # store.people.searching, store.people.doubles.
    partial_index(
        "ix_subscriber_postcode_name_sound",
        "postcode",
        "name_sound",
        where="postcode IS NOT NULL",
        operators={"postcode": "varchar_pattern_ops"},
    ),
    # Few say what they need: whom a list has of those, and not all of a list.
    partial_index(
        "ix_subscriber_format",
        "format",
        "id",
        where="format IS NOT NULL",
    ),
    partial_index(
        "ix_subscriber_phone_digits",
        "phone_digits",
        where="phone_digits IS NOT NULL",
    ),
)

# Each time two people were made one: store.people.doubles.merges.
person_merge = Table(
    "person_merge",
    metadata,
    own_id(),
    Column("kept_id", BigId, ForeignKey("subscriber.id"), nullable=False),
    Column("absorbed_id", BigId, ForeignKey("subscriber.id"), nullable=False),
    required("merged_at", UtcDateTime),
    # What undoes it; null where it cannot be undone any more.
    Column("before", JSON(none_as_null=True)),
    Column("undone_at", UtcDateTime),
    Index("ix_person_merge_kept_id", "kept_id"),
    Index("ix_person_merge_absorbed_id", "absorbed_id"),
)

# Two people of whom staff have said that they are two: they are not asked again.
known_apart = Table(
    "known_apart",
    metadata,
    Column("first_id", BigId, ForeignKey("subscriber.id"), primary_key=True),
    Column("second_id", BigId, ForeignKey("subscriber.id"), primary_key=True),
    Index("ix_known_apart_second_id", "second_id"),
)

# What helps people read or understand, in their own words: see audience.needs.
need = Table(
    "need",
    metadata,
    own_id(),
    reference("subscriber_id"),
    required("words", Text),
    required("may_share", Boolean),  # who prints, posts or phones may be told
    required("recorded_at", UtcDateTime),
    required("review_on", Date),  # when they are to be asked again
    Column("ended_at", UtcDateTime),
    Index("ix_need_subscriber_id", "subscriber_id"),
    partial_index(
        "ix_need_review_on",
        "review_on",
        "id",
        where="ended_at IS NULL",
    ),
)

# A complaint about how somebody's data is used: model.people.data_complaints. Of who
# was erased the days and the outcome stay.
data_complaint = Table(
    "data_complaint",
    metadata,
    own_id(),
    reference("subscriber_id", nullable=True),  # null: of nobody whom we hold
    required("name", Text),
    required("contact", Text),  # how an answer reaches them
    required("channel", String(8)),
    required("received_on", Date),
    required("words", Text),  # what it is about
    required("acknowledge_by", Date),
    required("answer_by", Date),
    required("recorded_at", UtcDateTime),
    Column("acknowledged_on", Date),
    Column("answered_on", Date),
    required("answer", Text),  # what was done, and said to them
    Column("closed_at", UtcDateTime),
    Column("outcome", String(16)),
    Index("ix_data_complaint_subscriber_id", "subscriber_id"),
    partial_index(
        "ix_data_complaint_open",
        "acknowledge_by",
        where="closed_at IS NULL",
    ),
)

# Of these bases a campaign has to say by what right: model.people.lawful_basis.
NEEDS_A_CAMPAIGNS_WORD = "consent_basis IN ('charitable soft opt-in', 'public task')"

subscription = Table(
    "subscription",
    metadata,
    reference("mailing_list_id"),
    reference("subscriber_id"),
    required("started_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("ended_reason", Text),
    Column("consent_basis", Text),
    Column("consent_method", Text),
    Column("consent_at", Text),  # as written in the evidence
    Column("consent_wording", Text),
    # Those of a soft opt-in that hold: model.people.lawful_basis.
    Column("consent_conditions", Text),
    # The day that `consent_at` begins with, where it does.
    Column("consent_on", Date),
    Column("reference", Text),  # what the list itself calls the person
    UniqueConstraint("mailing_list_id", "subscriber_id"),
    Index("ix_subscription_subscriber_id", "subscriber_id"),
    Index("ix_subscription_reference", "mailing_list_id", "reference"),
    # Who is on a list is asked of each reader: store.people.readers.
    partial_index(
        "ix_subscription_live",
        "subscriber_id",
        "mailing_list_id",
        where="ended_at IS NULL",
    ),
    # Few have left a list, so that counting them is quick: store.people.mailing_lists.
    partial_index(
        "ix_subscription_ended",
        "mailing_list_id",
        where="ended_at IS NOT NULL",
    ),
    # Few lists have any, so that planning asks for them at once: people.kinds.bases.
    partial_index(
        "ix_subscription_basis",
        "mailing_list_id",
        where=NEEDS_A_CAMPAIGNS_WORD,
    ),
)

# Each time somebody said yes, or staff wrote down that nobody had asked: rows are added
# and never changed, but for what an erasure takes out.
consent = Table(
    "consent",
    metadata,
    own_id(),
    reference("subscriber_id"),
    reference("mailing_list_id"),
    required("at", UtcDateTime),  # when it was written down
    required("basis", Text),
    required("method", Text),
    Column("said_at", Text),  # when they said so, as it was written down
    Column("wording", Text),
    # What the wording is known again by: model.people.joining.wording_version.
    Column("wording_version", String(12)),
    Column("evidence", Text),  # where a paper lies, a call's note
    Column("conditions", Text),  # of a soft opt-in: model.people.lawful_basis
    required("actor", String(120)),  # who wrote it down, as the audit trail has it
    Index("ix_consent_subscriber_id", "subscriber_id"),
)

# What somebody asked for on the web: it waits for their own button, or for staff.
joining_request = Table(
    "joining_request",
    metadata,
    own_id(),
    reference("campaign_id"),
    # Of an address and a campaign one waits at a time; null once it is settled.
    Column("pending_key", String(90), unique=True),
    # Keyed hashes, so that they may outlive what was typed: audience.hashing.
    Column("address_hash", String(64)),
    Column("domain_hash", String(64)),
    # The cells of a list's row; {} once it is settled.
    required("content", JSON),
    required("way", String(12)),  # model.people.joining.JoiningWay
    required("wording", Text),
    required("requested_at", UtcDateTime),
    Column("requests", Integer, nullable=False, server_default="1"),
    # When its mail is to go, or is tried again; null where none is to.
    Column("mail_due_at", UtcDateTime),
    Column("mailed_at", UtcDateTime),
    Column("failure", Text),
    Column("settled_at", UtcDateTime),
    Column("outcome", String(12)),
    reference("subscriber_id", nullable=True),
    Index("ix_joining_request_address_hash", "address_hash", "mailed_at"),
    Index("ix_joining_request_mailed_at", "mailed_at"),
    Index("ix_joining_request_mail_due_at", "mail_due_at"),
)

# How many requests to join came in each stretch of time, so that a flood is noticed.
joining_tally = Table(
    "joining_tally",
    metadata,
    Column("since", UtcDateTime, primary_key=True),
    Column("requests", Integer, nullable=False, server_default="0"),
)

# Who has left which campaign: for good, whatever its lists are, until they come back.
departure = Table(
    "departure",
    metadata,
    Column("campaign_id", BigId, ForeignKey("campaign.id"), primary_key=True),
    Column("subscriber_id", BigId, ForeignKey("subscriber.id"), primary_key=True),
    required("left_at", UtcDateTime),
    required("means", String(12)),  # model.people.departure.LeavingMeans
    Column("returned_at", UtcDateTime),  # since then they are readers again
    Column("reason", String(20)),  # as they liked to say: LeavingReason
    Index("ix_departure_subscriber_id", "subscriber_id"),
)

# What became of each offer of another channel.
channel_offer = Table(
    "channel_offer",
    metadata,
    Column("subscriber_id", BigId, ForeignKey("subscriber.id"), primary_key=True),
    Column("channel", String(8), primary_key=True),  # the one that is lost
    Column("since", UtcDateTime, primary_key=True),  # as the suppression says
    required("outcome", String(12)),  # model.people.channel_offers
    Column("means", String(8)),  # how they agreed
    Column("format_before", String(20)),  # null: none was asked for
    required("settled_at", UtcDateTime),
    Index("ix_channel_offer_settled_at", "settled_at"),
)

# "Do not write to this": survives erasure and import. A row for each reason: it holds
# while one of them does.
suppression = Table(
    "suppression",
    metadata,
    own_id(),
    required("channel", String(8)),  # email, post or phone
    required("target_hash", String(64)),  # keyed hash of the target
    required("reason", Text),
    required("created_at", UtcDateTime),
    Index("ix_suppression_target", "target_hash", "channel"),
)

reader = Table(
    "reader",
    metadata,
    own_id(),
    reference("campaign_id"),
    reference("subscriber_id"),
    reference("schedule_id"),
    required("format", String(20)),
    required("language", String(20)),
    required("topics", JSON),
    Column("position", BigId, nullable=False, server_default="0"),
    # How far rehearsals have come; no live edition looks at it.
    Column("rehearsal_position", BigId, nullable=False, server_default="0"),
    required("joined_at", UtcDateTime),
    # Nothing goes to them before: store.people.pauses.
    Column("paused_until", UtcDateTime),
    # Whether their next edition brings what came while they had paused.
    Column("catch_up", Boolean, nullable=False, server_default=text("true")),
    # A person said that they had what lies in (had_since, had_upto].
    Column("had_since", BigId),
    Column("had_upto", BigId),
    UniqueConstraint("campaign_id", "subscriber_id"),
    Index("ix_reader_schedule_id_id", "schedule_id", "id"),
    Index("ix_reader_subscriber_id", "subscriber_id"),
    # For reports, which count all of them: store.reports.campaign_figures.
    Index("ix_reader_format", "campaign_id", "format", "subscriber_id"),
    Index("ix_reader_joined_at", "campaign_id", "joined_at"),
    partial_index(
        "ix_reader_paused",
        "campaign_id",
        "paused_until",
        where="paused_until IS NOT NULL",
    ),
)
