"""Every table, on SQLite and PostgreSQL alike."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - the shape is SQLAlchemy's
    ) -> datetime | None:
        """Return the instant in UTC. Raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        """Return the instant as aware UTC."""
        if value is None:
            return None
        return (
            value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        )


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Of these bases a campaign has to say by what right: model.people.lawful_basis.
NEEDS_A_CAMPAIGNS_WORD = "consent_basis IN ('charitable soft opt-in', 'public task')"

BigId = BigInteger().with_variant(Integer(), "sqlite")


def _id() -> Column[int]:
    return Column("id", BigId, primary_key=True)


def _to(name: str, *, nullable: bool = False) -> Column[Any]:
    table = name.rpartition("_")[0]
    return Column(name, BigId, ForeignKey(f"{table}.id"), nullable=nullable)


def _required(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, nullable=False)


campaign = Table(
    "campaign",
    metadata,
    _id(),
    Column("name", String(80), nullable=False, unique=True),
    _required("file", JSON),  # what was applied, as JSON: see store.campaigns.campaigns
    Column("last_position", BigId, nullable=False, server_default="0"),
    Column("paused_at", UtcDateTime),
    # It has been rehearsed: a person says golive before anything of it is sent live.
    Column("awaits_golive", Boolean, nullable=False, server_default=text("false")),
    Column("live_since", UtcDateTime),  # live slots count from here; null: from each's
    # Live editions begin behind this position, whatever nobody has had before it.
    Column("live_from", BigId, nullable=False, server_default="0"),
    # The last position that a person said readers have had, whatever is stored of it.
    Column("had_upto", BigId, nullable=False, server_default="0"),
    _required("applied_at", UtcDateTime),
)

# Each file of a campaign that was applied: store.campaigns.file_versions. `base` is the
# mark of the version it was made from, where it says so.
campaign_version = Table(
    "campaign_version",
    metadata,
    _id(),
    _to("campaign_id"),
    _required("number", Integer),
    _required("file", JSON),
    _required("mark", String(12)),
    _required("applied_at", UtcDateTime),
    _required("actor", String(120)),
    _required("door", String(10)),
    Column("base", String(12), nullable=False, server_default=""),
    UniqueConstraint("campaign_id", "number"),
)

source = Table(
    "source",
    metadata,
    _id(),
    _to("campaign_id"),
    _required("name", String(80)),
    _required("kind", String(20)),
    _required("location", Text),
    Column("ended_at", UtcDateTime),  # no longer in the campaign's file
    Column("first_read_at", UtcDateTime),
    Column("last_read_at", UtcDateTime),
    Column("last_failed_at", UtcDateTime),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("moved_to", Text),  # where it has gone for good: 301 or 308
    Column("notebook", Text, key="page_memory"),  # what the reader of a page remembers
    Column(
        "skipped", Text
    ),  # what the last reading could not take: store.campaigns.skipped_items
    Column("skipped_at", UtcDateTime),  # since when that is so
    # How it stands: model.campaigns.source_health.
    Column("state", String(8), nullable=False, server_default="active"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failing_since", UtcDateTime),
    Column("next_try_at", UtcDateTime),
    Column("wait_until", UtcDateTime),
    Column("failure", Text),  # why the last reading failed; null when it did not
    UniqueConstraint("campaign_id", "name"),
)

# The campaign's log. `position` is given on release and never reused.
item = Table(
    "item",
    metadata,
    _id(),
    _to("campaign_id"),
    _to("source_id"),
    _required("key", Text),  # the source's own id
    # 0 as it was first accepted, then its first correction, its second ...
    Column("correction", Integer, nullable=False, server_default="0"),
    Column("position", BigId),
    _required("content", JSON),  # model.posts.item_json
    _required("fingerprint", String(64)),
    # What the source said, where staff have changed it: model.posts.edits.
    Column("given", JSON),
    Column("given_fingerprint", String(64)),
    # What it said before staff's latest edit, until its source says something new.
    Column("earlier", JSON),
    # What the same post is recognised by in another source: model.posts.duplicates.
    Column("address_mark", String(64)),
    Column("words_mark", String(64)),
    Column(
        "duplicate_of", BigId, ForeignKey("item.id", name="fk_item_duplicate_of_item")
    ),
    _required("topics", JSON),
    _required("accepted_at", UtcDateTime),
    Column("released_at", UtcDateTime),
    Column("held_at", UtcDateTime),
    Column("withdrawn_at", UtcDateTime),
    # First seen before "from now": known, never released by itself.
    Column("passed_over", Boolean, nullable=False, server_default=text("false")),
    # Other words seen after an edition that carries the item was frozen.
    Column("revision", JSON),
    Column("revision_fingerprint", String(64)),
    Column("revision_declined_at", UtcDateTime),  # staff leave the item as it is
    UniqueConstraint("source_id", "key", "correction"),
    UniqueConstraint("campaign_id", "position"),
    Index("ix_item_campaign_id_address_mark", "campaign_id", "address_mark"),
    Index("ix_item_campaign_id_words_mark", "campaign_id", "words_mark"),
    # Few are, and whoever reads past editions asks each time whether one more is.
    Index(
        "ix_item_withdrawn",
        "campaign_id",
        "withdrawn_at",
        sqlite_where=text("withdrawn_at IS NOT NULL"),
        postgresql_where=text("withdrawn_at IS NOT NULL"),
    ),
)

schedule = Table(
    "schedule",
    metadata,
    _id(),
    _to("campaign_id"),
    _required("name", String(80)),
    # Slots later than this are to be settled: a new timetable has no missed past.
    _required("slots_since", UtcDateTime),
    _required("timetable", String(80)),  # as last applied, to notice a change
    # It stands where the campaign's others stood then; null: at the campaign's start.
    Column("began_at", UtcDateTime),
    Column("former_names", JSON, nullable=False, server_default=text("'[]'")),
    # A slot beside its times, where a change of them left none for what was due.
    Column("extra_slot", UtcDateTime),
    Column("ended_at", UtcDateTime),
    UniqueConstraint("campaign_id", "name"),
)

edition = Table(
    "edition",
    metadata,
    _id(),
    _required("code", String(12)),
    _to("campaign_id"),
    _to("schedule_id"),
    _required("slot", UtcDateTime),
    Column("mode", String(8), nullable=False, server_default="live"),
    _required("state", String(12)),
    Column("upto", BigId),
    Column("reason", Text),  # why skipped, missed or cancelled
    # The last of its schedule in the campaign, with the campaign's goodbye.
    Column("is_last", Boolean, nullable=False, server_default=text("false")),
    _required("opened_at", UtcDateTime),
    Column("frozen_at", UtcDateTime),
    Column("approved_at", UtcDateTime),
    Column("approved_by", JSON),  # one name for each approval
    # Nothing of it leaves sooner: till then the whole of it can be called back.
    Column("leaves_at", UtcDateTime),
    # What earlier editions had kept for it, when it was frozen: stretches of the log.
    Column("carried_in", JSON),
    Column("recalled_at", UtcDateTime),  # called back: it waits for a person's word
    Column("stopped_at", UtcDateTime),  # no copy leaves that had not left by then
    Column("plan_cursor", BigId, nullable=False, server_default="0"),
    Column("planned_at", UtcDateTime),
    Column("deliver_by", UtcDateTime),  # later than this a copy is of no use
    Column("ended_at", UtcDateTime),
    # What became of its readers is counted in `tally`, and has not changed since.
    Column("is_tallied", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("schedule_id", "slot", "mode"),
    UniqueConstraint("code"),
    Index("ix_edition_state", "state"),
)

# How staff steer an edition; the open one of a schedule has no row of its own yet.
steering = Table(
    "steering",
    metadata,
    _id(),
    _to("schedule_id"),
    _required("mode", String(8)),
    # 0: the edition that will be frozen next.
    Column("edition_id", BigId, nullable=False, server_default="0"),
    _required("content", JSON),  # model.editions.steering
    _required("version", Integer),
    UniqueConstraint("schedule_id", "mode", "edition_id"),
)

# Who changed what in it, so that a conflict can be told and an act undone.
steering_act = Table(
    "steering_act",
    metadata,
    _id(),
    _to("steering_id"),
    _required("version", Integer),  # that it led to
    _required("by", String(120)),
    _required("at", UtcDateTime),
    _required("words", Text),
    _required("before", JSON),
    Column("undoes", Integer),  # the version whose act it took back
    UniqueConstraint("steering_id", "version"),
)

mailing_list = Table(
    "mailing_list",
    metadata,
    _id(),
    Column("name", String(80), nullable=False, unique=True),
    _required("created_at", UtcDateTime),
)

subscriber = Table(
    "subscriber",
    metadata,
    _id(),
    # Who this is, whatever list they come from: see model.people.person.
    Column("identity", String(400), nullable=False, unique=True),
    # Of the identity that they came in with, in their mail: model.people.reader_marks.
    Column("mark", String(5), nullable=False, server_default=""),
    _required("name", Text),
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
    _required("address", JSON),  # lines without the postcode; [] where unknown
    Column("postcode", String(12)),
    Column("country", Text),
    Column("format", String(20)),  # as asked for; null leaves it to what is held
    Column("schedule", String(80)),
    Column("topics", JSON),
    Column("language", String(20)),
    Column("organiser", Text),
    Column("notes", Text),
    _required("created_at", UtcDateTime),
    _required("changed_at", UtcDateTime),
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
    Index(
        "ix_subscriber_back_on",
        "back_on",
        sqlite_where=text("back_on IS NOT NULL"),
        postgresql_where=text("back_on IS NOT NULL"),
    ),
    Index("ix_subscriber_post_hash", "post_hash"),
    Index("ix_subscriber_phone_hash", "phone_hash"),
    Index("ix_subscriber_name_key", "name_key"),
    Index(
        "ix_subscriber_merged_into",
        "merged_into",
        sqlite_where=text("merged_into IS NOT NULL"),
        postgresql_where=text("merged_into IS NOT NULL"),
    ),
    Index(
        "ix_subscriber_mailbox",
        "mailbox",
        sqlite_where=text("mailbox IS NOT NULL"),
        postgresql_where=text("mailbox IS NOT NULL"),
    ),
    # For staff who look somebody up, and for who may be held twice:
    # store.people.searching, store.people.doubles.
    Index(
        "ix_subscriber_postcode_name_sound",
        "postcode",
        "name_sound",
        sqlite_where=text("postcode IS NOT NULL"),
        postgresql_where=text("postcode IS NOT NULL"),
        postgresql_ops={"postcode": "varchar_pattern_ops"},
    ),
    Index(
        "ix_subscriber_phone_digits",
        "phone_digits",
        sqlite_where=text("phone_digits IS NOT NULL"),
        postgresql_where=text("phone_digits IS NOT NULL"),
    ),
)

# Each time two people were made one: store.people.doubles.merges.
person_merge = Table(
    "person_merge",
    metadata,
    _id(),
    Column("kept_id", BigId, ForeignKey("subscriber.id"), nullable=False),
    Column("absorbed_id", BigId, ForeignKey("subscriber.id"), nullable=False),
    _required("merged_at", UtcDateTime),
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
    _id(),
    _to("subscriber_id"),
    _required("words", Text),
    _required("may_share", Boolean),  # who prints, posts or phones may be told
    _required("recorded_at", UtcDateTime),
    _required("review_on", Date),  # when they are to be asked again
    Column("ended_at", UtcDateTime),
    Index("ix_need_subscriber_id", "subscriber_id"),
    Index(
        "ix_need_review_on",
        "review_on",
        "id",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

# A complaint about how somebody's data is used: model.people.data_complaints. Of who
# was erased the days and the outcome stay.
data_complaint = Table(
    "data_complaint",
    metadata,
    _id(),
    _to("subscriber_id", nullable=True),  # null: of nobody whom we hold
    _required("name", Text),
    _required("contact", Text),  # how an answer reaches them
    _required("channel", String(8)),
    _required("received_on", Date),
    _required("words", Text),  # what it is about
    _required("acknowledge_by", Date),
    _required("answer_by", Date),
    _required("recorded_at", UtcDateTime),
    Column("acknowledged_on", Date),
    Column("answered_on", Date),
    _required("answer", Text),  # what was done, and said to them
    Column("closed_at", UtcDateTime),
    Column("outcome", String(16)),
    Index("ix_data_complaint_subscriber_id", "subscriber_id"),
    Index(
        "ix_data_complaint_open",
        "acknowledge_by",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)

subscription = Table(
    "subscription",
    metadata,
    _to("mailing_list_id"),
    _to("subscriber_id"),
    _required("started_at", UtcDateTime),
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
    # Few have left a list, so that counting them is quick: store.people.mailing_lists.
    Index(
        "ix_subscription_ended",
        "mailing_list_id",
        sqlite_where=text("ended_at IS NOT NULL"),
        postgresql_where=text("ended_at IS NOT NULL"),
    ),
    # Few lists have any, so that planning asks for them at once: people.kinds.bases.
    Index(
        "ix_subscription_basis",
        "mailing_list_id",
        sqlite_where=text(NEEDS_A_CAMPAIGNS_WORD),
        postgresql_where=text(NEEDS_A_CAMPAIGNS_WORD),
    ),
)

# Each time somebody said yes, or staff wrote down that nobody had asked: rows are added
# and never changed, but for what an erasure takes out.
consent = Table(
    "consent",
    metadata,
    _id(),
    _to("subscriber_id"),
    _to("mailing_list_id"),
    _required("at", UtcDateTime),  # when it was written down
    _required("basis", Text),
    _required("method", Text),
    Column("said_at", Text),  # when they said so, as it was written down
    Column("wording", Text),
    # What the wording is known again by: model.people.joining.wording_version.
    Column("wording_version", String(12)),
    Column("evidence", Text),  # where a paper lies, a call's note
    Column("conditions", Text),  # of a soft opt-in: model.people.lawful_basis
    _required("actor", String(120)),  # who wrote it down, as the audit trail has it
    Index("ix_consent_subscriber_id", "subscriber_id"),
)

# What somebody asked for on the web: it waits for their own button, or for staff.
joining_request = Table(
    "joining_request",
    metadata,
    _id(),
    _to("campaign_id"),
    # Of an address and a campaign one waits at a time; null once it is settled.
    Column("pending_key", String(90), unique=True),
    # Keyed hashes, so that they may outlive what was typed: audience.hashing.
    Column("address_hash", String(64)),
    Column("domain_hash", String(64)),
    # The cells of a list's row; {} once it is settled.
    _required("content", JSON),
    _required("way", String(12)),  # model.people.joining.JoiningWay
    _required("wording", Text),
    _required("requested_at", UtcDateTime),
    Column("requests", Integer, nullable=False, server_default="1"),
    # When its mail is to go, or is tried again; null where none is to.
    Column("mail_due_at", UtcDateTime),
    Column("mailed_at", UtcDateTime),
    Column("failure", Text),
    Column("settled_at", UtcDateTime),
    Column("outcome", String(12)),
    _to("subscriber_id", nullable=True),
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

# A file of people on its way into a mailing list, or come in: audience.lists.
list_import = Table(
    "list_import",
    metadata,
    _id(),
    Column("list_name", String(80)),
    _required("file_name", Text),
    _required("state", String(12)),  # model.people.import_state
    _required("note", Text),  # how the file was read
    _required("headings", JSON),
    _required("samples", JSON),  # its first rows
    Column("columns", JSON(none_as_null=True)),  # which of ours each of its own is
    Column(
        "consent", JSON(none_as_null=True)
    ),  # of everybody whose row says nothing of it
    Column("is_same", Boolean),  # what staff say of all who may be somebody held
    _required("rows", Integer),
    Column("upto_line", Integer, nullable=False, server_default="0"),
    _required("counts", JSON),  # how the rows fared
    _required("by", String(120)),
    _required("created_at", UtcDateTime),
    Column("began_at", UtcDateTime),  # the instant that all of it is stored as of
    Column("worked_at", UtcDateTime),  # the last sign of whoever is at it
    Column("ended_at", UtcDateTime),  # when all of it was in
    Column("forgotten_at", UtcDateTime),  # its rows are gone: no undoing any more
)

# The rows themselves, as text in pieces, compressed, until they are forgotten.
list_import_part = Table(
    "list_import_part",
    metadata,
    _to("list_import_id"),
    _required("number", Integer),
    _required("content", LargeBinary),
    PrimaryKeyConstraint("list_import_id", "number"),
)

# What each chunk of it did, written with it, so that it can be gone on with or undone.
list_import_chunk = Table(
    "list_import_chunk",
    metadata,
    _to("list_import_id"),
    _required("number", Integer),
    _required("added", JSON),  # numbers of people who were new
    _required("joined", JSON),  # of those who were held, and came onto the list by it
    _required("changed", JSON),  # what was held before, by number
    _required("renewed", JSON),  # what the list said of them before, by number
    Column("undone_at", UtcDateTime),
    PrimaryKeyConstraint("list_import_id", "number"),
)

list_import_fault = Table(
    "list_import_fault",
    metadata,
    _id(),
    _to("list_import_id"),
    _required("kind", String(12)),
    _required("line", Integer),
    _required("place", String(40)),  # a column
    _required("wrong", Text),
    _required("do", Text),
    Index("ix_list_import_fault", "list_import_id", "kind", "line"),
)

# Who has left which campaign: for good, whatever its lists are, until they come back.
departure = Table(
    "departure",
    metadata,
    Column("campaign_id", BigId, ForeignKey("campaign.id"), primary_key=True),
    Column("subscriber_id", BigId, ForeignKey("subscriber.id"), primary_key=True),
    _required("left_at", UtcDateTime),
    _required("means", String(12)),  # model.people.departure.LeavingMeans
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
    _required("outcome", String(12)),  # model.people.channel_offers
    Column("means", String(8)),  # how they agreed
    Column("format_before", String(20)),  # null: none was asked for
    _required("settled_at", UtcDateTime),
    Index("ix_channel_offer_settled_at", "settled_at"),
)
# "Do not write to this": survives erasure and import. A row for each reason: it holds
# while one of them does.
suppression = Table(
    "suppression",
    metadata,
    _id(),
    _required("channel", String(8)),  # email, post or phone
    _required("target_hash", String(64)),  # keyed hash of the target
    _required("reason", Text),
    _required("created_at", UtcDateTime),
    Index("ix_suppression_target", "target_hash", "channel"),
)

reader = Table(
    "reader",
    metadata,
    _id(),
    _to("campaign_id"),
    _to("subscriber_id"),
    _to("schedule_id"),
    _required("format", String(20)),
    _required("language", String(20)),
    _required("topics", JSON),
    Column("position", BigId, nullable=False, server_default="0"),
    # How far rehearsals have come; no live edition looks at it.
    Column("rehearsal_position", BigId, nullable=False, server_default="0"),
    _required("joined_at", UtcDateTime),
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
    Index(
        "ix_reader_paused",
        "campaign_id",
        "paused_until",
        sqlite_where=text("paused_until IS NOT NULL"),
        postgresql_where=text("paused_until IS NOT NULL"),
    ),
)

variant = Table(
    "variant",
    metadata,
    _id(),
    _to("edition_id"),
    _required("since", BigId),
    _required("upto", BigId),
    # Stretches of (since, upto] that are not due: model.editions.due_stretch.
    Column("had", JSON, nullable=False, server_default="[]"),
    _required("topics", JSON),
    _required("format", String(20)),
    _required("language", String(20)),
    # All of the above as one string, so that it can be unique.
    _required("key", String(64)),
    UniqueConstraint("edition_id", "key"),
)

rendition = Table(
    "rendition",
    metadata,
    Column("edition_id", BigId, ForeignKey("edition.id"), primary_key=True),
    Column("key", String(32), primary_key=True),  # model.editions.edition.rendition_key
    _required("content", LargeBinary),  # a compiled message, or a body PDF
    _required("facts", JSON),  # page count and places of a letter; {} for email
)

send_batch = Table(
    "send_batch",
    metadata,
    _id(),
    _to("edition_id"),
    _required("first_reader_id", BigId),
    _required("last_reader_id", BigId),
    _required("state", String(8)),  # open, leased, done
    _required("due_at", UtcDateTime),  # of one that is done: when it was
    Column("lease_owner", Text),
    Column("lease_until", UtcDateTime),
    Column("fence", Integer, nullable=False, server_default="0"),
    UniqueConstraint("edition_id", "first_reader_id"),
    Index("ix_send_batch_due", "state", "due_at"),
)

print_batch = Table(
    "print_batch",
    metadata,
    _id(),
    _to("edition_id"),
    # open, sealed, posted, or stopped before it was sealed
    _required("state", String(8)),
    _required("letters", Integer),
    _required("sheets", Integer),
    _required("pdf", Text),  # path below the data directory
    _required("manifest", Text),
    _required("sha256", String(64)),
    _required("made_at", UtcDateTime),
    Column("sealed_at", UtcDateTime),
    Column("posted_at", UtcDateTime),
    Column("printed_at", UtcDateTime),  # somebody said so
    # Who looks after all of its readers, "" for those who have nobody; and the key.
    Column("organiser", Text, nullable=False, server_default=""),
    Column("organiser_key", Text, nullable=False, server_default=""),
    Index("ix_print_batch_edition_id", "edition_id"),
)

# What staff look for among very many copies.
LETTERS = "channel = 'post'"
CALLS = "channel = 'phone'"
TROUBLED = "state IN ('refused','uncertain','cancelled','expired')"
delivery = Table(
    "delivery",
    metadata,
    Column("edition_id", BigId, ForeignKey("edition.id"), primary_key=True),
    Column("reader_id", BigId, ForeignKey("reader.id"), primary_key=True),
    _to("subscriber_id"),
    _to("variant_id"),
    _required("channel", String(8)),
    _required("state", String(12)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    # How often it may have arrived without our knowing: each may be a repeat.
    Column("doubts", Integer, nullable=False, server_default="0"),
    Column("reply", Text),
    Column("next_attempt_at", UtcDateTime),
    Column("handed_over_at", UtcDateTime),
    Column("settled_at", UtcDateTime),
    _to("print_batch_id", nullable=True),
    # It ended without having left: the reader's next edition carries its posts.
    Column("owes", Boolean, nullable=False, server_default=text("false")),
    # The edition that took over what was owed; its own where a person settled it.
    Column("carried_by", BigId),
    Index("ix_delivery_subscriber_id", "subscriber_id"),
    Index(
        "ix_delivery_owed",
        "reader_id",
        sqlite_where=text("owes = 1"),
        postgresql_where=text("owes"),
    ),
    Index(
        "ix_delivery_doubtful",
        "edition_id",
        sqlite_where=text("doubts > 0"),
        postgresql_where=text("doubts > 0"),
    ),
    # None of an email on its way to being accepted: its moves write to no index.
    Index(
        "ix_delivery_troubled",
        "edition_id",
        "state",
        sqlite_where=text(TROUBLED),
        postgresql_where=text(TROUBLED),
    ),
    Index(
        "ix_delivery_letters",
        "edition_id",
        "state",
        sqlite_where=text(LETTERS),
        postgresql_where=text(LETTERS),
    ),
    Index(
        "ix_delivery_calls",
        "edition_id",
        "state",
        sqlite_where=text(CALLS),
        postgresql_where=text(CALLS),
    ),
    CheckConstraint(
        "state IN ('planned','handing-over','accepted','refused','uncertain',"
        "'cancelled','expired')",
        name="state",
    ),
    sqlite_with_rowid=False,
)

# What came of ringing a reader: one row for each time that somebody wrote it down.
call_attempt = Table(
    "call_attempt",
    metadata,
    _id(),
    _to("edition_id"),
    _to("reader_id"),
    _required("outcome", String(16)),  # model.delivery.calls
    _required("caller", Text),
    _required("at", UtcDateTime),
    Column("again_at", UtcDateTime),  # when to ring once more
    Column("note", Text),  # what they would have passed on, in their words
    Column("format", String(20)),  # what they want instead
    Column("format_before", String(20)),  # what they had asked for until then
    Column("has_left", Boolean),  # whether they left the campaign by it
    Column("moved_to", String(16)),  # the state of the call since; null: as before
    Column("phone_hash", String(64)),  # what the number is hashed to that was rung
    # What the copy said until then, for who takes it back.
    _required("tries_before", Integer),
    Column("reply_before", Text),
    Column("next_attempt_before", UtcDateTime),
    Index("ix_call_attempt_edition_id", "edition_id", "reader_id"),
    Index("ix_call_attempt_reader_id", "reader_id"),
    Index("ix_call_attempt_at", "at"),
)

# What approvers were told of an edition by mail, each thing once.
nudge = Table(
    "nudge",
    metadata,
    _to("edition_id"),
    _required("kind", String(8)),  # schedule.editions.nudges
    _required("at", UtcDateTime),
    PrimaryKeyConstraint("edition_id", "kind"),
)

# What an edition has kept for the next one of a reader: taken out by staff, or more
# than the campaign's most. It is gone when an edition carries it. Edition 0 has left
# what a reader has asked for of the posts so far.
carried_over = Table(
    "carried_over",
    metadata,
    _to("reader_id"),
    _required("edition_id", BigId),
    _required("mode", String(8)),
    _required("since", BigId),
    _required("upto", BigId),
    _required("had", JSON),
    PrimaryKeyConstraint("reader_id", "edition_id", "mode"),
)

# Readers an edition was for and did not serve, each with the reason.
left_out = Table(
    "left_out",
    metadata,
    Column("edition_id", BigId, ForeignKey("edition.id"), primary_key=True),
    Column("reader_id", BigId, ForeignKey("reader.id"), primary_key=True),
    _required("kind", String(20)),  # unreachable, left, nothing-new
    _required("reason", Text),
)

# What became of the readers of an edition that has ended, counted once for all who
# look: store.reports.outcomes.
tally = Table(
    "tally",
    metadata,
    _id(),
    _to("edition_id"),
    _required("outcome", String(20)),  # a delivery's state, or the kind of left_out
    _required("channel", String(8)),  # "" of who was left out
    _required("format", String(20)),
    _required("cause", Text),
    _required("readers", Integer),
    Index("ix_tally_edition_id", "edition_id"),
)

# What came back of copies that had left: one row for each report.
bounce = Table(
    "bounce",
    metadata,
    _id(),
    Column("mark", String(100), nullable=False, unique=True),  # deliver.returns.bounces
    _to("edition_id"),
    _to("reader_id"),
    _required("kind", String(12)),  # model.delivery.bounces
    _required("status", String(12)),  # RFC 3463; "" where none was given
    Column("words", Text),
    _required("recorded_at", UtcDateTime),
    Index("ix_bounce_edition_id_reader_id", "edition_id", "reader_id"),
    Index("ix_bounce_reader_id", "reader_id"),
)

# What came in by mail, and a reply of a person's until it is forwarded: nothing of it
# is kept longer. store.delivery.incoming_mail.
incoming_mail = Table(
    "incoming_mail",
    metadata,
    _id(),
    Column("mark", String(64), nullable=False, unique=True),
    _required("received_at", UtcDateTime),
    _required("door", String(12)),  # model.delivery.incoming_mail
    _required("state", String(16)),
    Column("words", Text),
    _to("campaign_id", nullable=True),
    _to("edition_id", nullable=True),
    _to("reader_id", nullable=True),
    Column("sender_hash", String(32)),  # keyed, of who wrote a reply
    Column("content", LargeBinary),  # the email, while it waits
    Column("forward_at", UtcDateTime),
    _required("attempts", Integer),
    Column("forwarded_at", UtcDateTime),
    Column("failure", Text),
    Column("seen_at", UtcDateTime),  # somebody looked at what nobody could read
    Index("ix_incoming_mail_received_at", "received_at"),
    Index("ix_incoming_mail_reader_id", "reader_id"),
    Index("ix_incoming_mail_sender_hash", "sender_hash", "received_at"),
    Index(
        "ix_incoming_mail_forward_at",
        "forward_at",
        sqlite_where=text("forward_at IS NOT NULL"),
        postgresql_where=text("forward_at IS NOT NULL"),
    ),
)

# A mailbox that is looked into: up to which number of which generation of numbers
# (IMAP's UID and UIDVALIDITY) it has been, and since when it has not been reached.
mailbox = Table(
    "mailbox",
    metadata,
    Column("name", String(320), primary_key=True),
    _required("generation", BigId),
    _required("upto", BigId),
    Column("next_look_at", UtcDateTime),
    Column("reached_at", UtcDateTime),
    Column("failing_since", UtcDateTime),
    Column("failure", Text),
)

short_link = Table(
    "short_link",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("url", Text, nullable=False, unique=True),
)

# Who did what, when, and what it was before and after: store.staff.audit. No
# subscriber's address stands here, and no row is ever changed.
audit = Table(
    "audit",
    metadata,
    _id(),
    _required("at", UtcDateTime),
    _required("actor", String(120)),
    _required("act", String(60)),
    _to("campaign_id", nullable=True),
    _to("edition_id", nullable=True),
    Column("subject", String(120)),  # what it was done to, beside those two
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Index("ix_audit_at", "at"),
    Index(
        "ix_audit_subject",
        "subject",
        sqlite_where=text("subject IS NOT NULL"),
        postgresql_where=text("subject IS NOT NULL"),
    ),
)

# One row at most: when a timetable last looked, so that a long sleep is noticed.
watch = Table(
    "watch",
    metadata,
    _id(),
    _required("looked_at", UtcDateTime),
)

# One row: which database this is, how far it has come in handing copies over, and
# whether anything may leave: store.holds.
handover = Table(
    "handover",
    metadata,
    _id(),
    _required("database_id", String(32)),
    Column("generation", BigId, nullable=False, server_default="0"),
    Column("server", JSON(none_as_null=True)),  # which PostgreSQL database this was
    Column("held_since", UtcDateTime),  # nothing leaves until a person says resume
    Column("held_because", Text),
)

# What a timetable does each night by itself: when next, and what came of it.
night_task = Table(
    "night_task",
    metadata,
    Column("name", String(40), primary_key=True),
    _required("next_at", UtcDateTime),
    Column("done_at", UtcDateTime),
    Column("amount", Integer),  # of what it did then
    Column("failing_since", UtcDateTime),
    Column("failures", Integer, nullable=False, server_default="0"),  # in a row
    Column("failure", Text),  # why it could not be done, in words
)

# How far each machine's clock is from this database's: store.base.machine_clocks.
machine_clock = Table(
    "machine_clock",
    metadata,
    Column("machine", String(200), primary_key=True),
    _required("ahead_seconds", Float),
    _required("compared_at", UtcDateTime),
)

# What is broken, until it is well again, so that it is told once.
alarm = Table(
    "alarm",
    metadata,
    Column("cause", String(200), primary_key=True),  # schedule.reports.alarms
    _required("words", Text),
    _required("noticed_at", UtcDateTime),
    Column("mailed_at", UtcDateTime),  # when a mail of it was written
    Column("gone_at", UtcDateTime),  # when it was not broken any more
)

# Mails to the operators, written before any is sent, one row for each of them.
operator_mail = Table(
    "operator_mail",
    metadata,
    _id(),
    _required("notice", String(80)),  # what it tells: "daily 2026-07-06"
    _required("recipient", String(320)),
    _required("subject", Text),
    _required("content", JSON),  # headings, each with its lines
    _required("made_at", UtcDateTime),
    _required("next_try_at", UtcDateTime),  # also while somebody is sending it
    Column("failure", Text),  # why it could not be sent yet
    Column("sent_at", UtcDateTime),
    UniqueConstraint("notice", "recipient"),
)

# Mail servers as every machine finds them: see deliver.smtp.failover.
carrier = Table(
    "carrier",
    metadata,
    Column("name", Text, primary_key=True),  # host:port
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("paused_until", UtcDateTime),
    Column("reason", Text),  # why it is left alone, for staff
    Column("since", UtcDateTime),  # when its trouble began
)

# How many copies were allowed to leave lately, for each thing that is limited.
pace = Table(
    "pace",
    metadata,
    Column("scope", String(300), primary_key=True),  # model.delivery.rate_windows
    _required("ledger", JSON),
    _required("idle_at", UtcDateTime),  # from then on the row says nothing
)

# Sending domains that are new, or were.
slow_start = Table(
    "slow_start",
    metadata,
    Column("domain", String(255), primary_key=True),
    _required("days", Integer),  # on how many days it was used
    _required("last_day", Date),  # the last of them, in UTC
)

# Keys of programs that use the API; only a hash is kept.
access_key = Table(
    "access_key",
    metadata,
    _id(),
    Column("name", String(80), nullable=False, unique=True),
    Column("secret_hash", String(64), nullable=False, unique=True),
    _required("scopes", JSON),  # model.roles.Scope, a list
    _required("created_at", UtcDateTime),
    Column("ends_at", UtcDateTime),
    Column("used_at", UtcDateTime),  # to a few minutes
    Column("revoked_at", UtcDateTime),
)

# What programs asked the API to do under a key of their own, so that the same asked
# again is answered and not done again; forgotten after a day.
repeatable_request = Table(
    "repeatable_request",
    metadata,
    _to("access_key_id"),
    Column("repeat_key", String(255), nullable=False),
    Column("fingerprint", String(64), nullable=False),  # of what was asked, keyed
    Column("begun_at", UtcDateTime, nullable=False, index=True),
    Column("status", Integer),  # none until it is answered
    Column("answer", Text),
    Column("headers", JSON),  # where what was made is, and of which version
    PrimaryKeyConstraint("access_key_id", "repeat_key"),
)

# Where other systems of the organisation are told what happens, and which of it.
webhook_endpoint = Table(
    "webhook_endpoint",
    metadata,
    _id(),
    Column("name", String(80), nullable=False, unique=True),
    _required("url", Text),
    _required("secret", Text),  # sealed with a key made of our secret
    Column("secret_before", Text),  # the one before it, sealed too, until that ends
    Column("before_ends_at", UtcDateTime),
    _required("created_at", UtcDateTime),
    Column("failing_since", UtcDateTime),
    Column("retry_at", UtcDateTime),
    Column("paused_at", UtcDateTime),  # by us, after days of trouble
    Column("paused_because", Text),
    Column("ended_at", UtcDateTime),
)

webhook_choice = Table(
    "webhook_choice",
    metadata,
    _to("webhook_endpoint_id"),
    Column("kind", String(40), nullable=False, index=True),
    PrimaryKeyConstraint("webhook_endpoint_id", "kind"),
)

# What is to be told, written in the transaction of the fact, and what came of it.
webhook_message = Table(
    "webhook_message",
    metadata,
    _id(),
    _to("webhook_endpoint_id"),
    _required("kind", String(40)),
    _required("facts", JSON),  # numbers and names of things, of nobody
    _required("happened_at", UtcDateTime),
    _required("state", String(20)),
    _required("attempts", Integer),
    Column("next_attempt_at", UtcDateTime),
    Column("answer", Text),  # of the last attempt, in words
    Column("settled_at", UtcDateTime),
    Index("ix_webhook_message_log", "webhook_endpoint_id", "id"),
    Index("ix_webhook_message_due", "state", "next_attempt_at"),
)

# People who may sign in to the desk and the post room. One that was asked in has no
# password yet; one that has ended stays, as what they did is on record by name.
account = Table(
    "account",
    metadata,
    _id(),
    Column("email", String(320), nullable=False, unique=True),  # by its key
    Column("name", String(80), nullable=False, unique=True),
    _required("role", String(16)),  # model.roles.Role
    Column("password_hash", String(200)),  # Argon2id
    Column("totp_secret", Text),  # sealed, see digest.staff.second_step
    _required("totp_step", BigId),  # the last of its steps that was used
    _required("created_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    # Whose letters an organiser sees: "" those of nobody's, null none at all.
    Column("organiser", Text),
    # What the machine calls them who type commands there: the same person.
    Column("login_name", String(80), unique=True),
)

# Who is signed in on which device; only a hash of the cookie is kept.
account_session = Table(
    "account_session",
    metadata,
    _id(),
    _to("account_id"),
    Column("token_hash", String(64), nullable=False, unique=True),
    _required("device", String(120)),
    _required("started_at", UtcDateTime),
    _required("seen_at", UtcDateTime),
    _required("ends_at", UtcDateTime),
    Column("confirmed_at", UtcDateTime),  # by the second step
    Index(None, "account_id"),
)

# Passkeys of accounts (WebAuthn): public halves alone.
account_passkey = Table(
    "account_passkey",
    metadata,
    _id(),
    _to("account_id"),
    Column("credential_id", String(1400), nullable=False, unique=True),  # base64url
    _required("public_key", LargeBinary),
    _required("sign_count", BigId),
    _required("name", String(80)),
    _required("created_at", UtcDateTime),
    Column("used_at", UtcDateTime),
    Index(None, "account_id"),
)

# Challenges that passkeys have answered, until they are over by themselves.
used_challenge = Table(
    "used_challenge",
    metadata,
    Column("number", BigId, primary_key=True, autoincrement=False),
    _required("ends_at", UtcDateTime),
)

# Codes on paper that stand in for the second step, each once; hashed under our key.
recovery_code = Table(
    "recovery_code",
    metadata,
    _to("account_id"),
    _required("code_hash", String(64)),
    Column("used_at", UtcDateTime),
    PrimaryKeyConstraint("account_id", "code_hash"),
)

# Links that work once: to the first account, into one that was asked in, to a new
# password. The address is signed, see audience.signed_links; none is kept.
account_link = Table(
    "account_link",
    metadata,
    _id(),
    _to("account_id", nullable=True),  # null: the first account is yet to be made
    _required("purpose", String(16)),
    _required("ends_at", UtcDateTime),
    Column("used_at", UtcDateTime),
)

# A picture as we keep it, in one size: the bytes that are hosted, attached or
# printed. They are here and not on a disk, which many machines do not share.
picture_file = Table(
    "picture_file",
    metadata,
    Column("picture", String(32), primary_key=True),  # model.posts.pictures.name_of
    Column("use", String(16), primary_key=True),  # model.posts.pictures.Use
    _required("media_type", String(20)),
    _required("width", Integer),
    _required("height", Integer),
    _required("content", LargeBinary),
    _required("made_at", UtcDateTime),
    Column("unused_since", UtcDateTime),  # no post shows it: nobody is shown it
)

# Where pictures are found, what was found there last, and what staff say of it.
picture_address = Table(
    "picture_address",
    metadata,
    Column("key", String(64), primary_key=True),  # of the address: a hash
    _required("address", Text),  # a web address, or the path of a file
    Column("picture", String(32)),  # the name it is kept by; null until it is
    Column("mark", String(64)),  # of the bytes as they were found: a hash
    Column("etag", Text),
    Column("last_modified", Text),
    Column("tried_at", UtcDateTime),
    Column("failures", Integer, nullable=False, server_default="0"),  # in a row
    Column("failure", Text),  # why there is no newer one; null while all is well
    Column("alt", Text),  # what staff say it shows, over what the source says
    Column("decorative", Boolean, nullable=False, server_default=text("false")),
)
