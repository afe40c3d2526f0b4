"""What a campaign is: its document, sources, schedules, posts and pictures."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
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

campaign = Table(
    "campaign",
    metadata,
    own_id(),
    Column("name", String(80), nullable=False, unique=True),
    required("file", JSON),  # what was applied, as JSON: see store.campaigns.campaigns
    Column("last_position", BigId, nullable=False, server_default="0"),
    Column("paused_at", UtcDateTime),
    # It has been rehearsed: a person says golive before anything of it is sent live.
    Column("awaits_golive", Boolean, nullable=False, server_default=text("false")),
    Column("live_since", UtcDateTime),  # live slots count from here; null: from each's
    # Live editions begin behind this position, whatever nobody has had before it.
    Column("live_from", BigId, nullable=False, server_default="0"),
    # The last position that a person said readers have had, whatever is stored of it.
    Column("had_upto", BigId, nullable=False, server_default="0"),
    required("applied_at", UtcDateTime),
)

# Each file of a campaign that was applied: store.campaigns.file_versions. `base` is the
# mark of the version it was made from, where it says so.
campaign_version = Table(
    "campaign_version",
    metadata,
    own_id(),
    reference("campaign_id"),
    required("number", Integer),
    required("file", JSON),
    required("mark", String(12)),
    required("applied_at", UtcDateTime),
    required("actor", String(120)),
    required("door", String(10)),
    Column("base", String(12), nullable=False, server_default=""),
    UniqueConstraint("campaign_id", "number"),
)

# Up to which version a file from a place knows of the campaign, as the mark that it was
# made from says ("" for none): store.campaigns.file_places.
campaign_file_place = Table(
    "campaign_file_place",
    metadata,
    Column("campaign_id", BigId, ForeignKey("campaign.id"), primary_key=True),
    Column("place", String(64), primary_key=True),
    Column("base", String(12), primary_key=True),
    required("number", Integer),
)

source = Table(
    "source",
    metadata,
    own_id(),
    reference("campaign_id"),
    required("name", String(80)),
    required("kind", String(20)),
    required("location", Text),
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
    own_id(),
    reference("campaign_id"),
    reference("source_id"),
    required("key", Text),  # the source's own id
    # 0 as it was first accepted, then its first correction, its second ...
    Column("correction", Integer, nullable=False, server_default="0"),
    Column("position", BigId),
    required("content", JSON),  # model.posts.item_json
    required("fingerprint", String(64)),
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
    required("topics", JSON),
    required("accepted_at", UtcDateTime),
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
    # The log is listed newest first: store.posts.listing.
    Index("ix_item_campaign_id_id", "campaign_id", "id"),
    Index("ix_item_campaign_id_address_mark", "campaign_id", "address_mark"),
    Index("ix_item_campaign_id_words_mark", "campaign_id", "words_mark"),
    # Few are: those that staff are to look at again.
    partial_index(
        "ix_item_revised",
        "campaign_id",
        "id",
        where="revision_fingerprint IS NOT NULL",
    ),
    # Few are, and whoever reads past editions asks each time whether one more is.
    partial_index(
        "ix_item_withdrawn",
        "campaign_id",
        "withdrawn_at",
        where="withdrawn_at IS NOT NULL",
    ),
)

schedule = Table(
    "schedule",
    metadata,
    own_id(),
    reference("campaign_id"),
    required("name", String(80)),
    # Slots later than this are to be settled: a new timetable has no missed past.
    required("slots_since", UtcDateTime),
    required("timetable", String(80)),  # as last applied, to notice a change
    # It stands where the campaign's others stood then; null: at the campaign's start.
    Column("began_at", UtcDateTime),
    Column("former_names", JSON, nullable=False, server_default=text("'[]'")),
    # A slot beside its times, where a change of them left none for what was due.
    Column("extra_slot", UtcDateTime),
    Column("ended_at", UtcDateTime),
    UniqueConstraint("campaign_id", "name"),
)

short_link = Table(
    "short_link",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("url", Text, nullable=False, unique=True),
)

# A picture as we keep it, in one size: the bytes that are hosted, attached or
# printed. They are here and not on a disk, which many machines do not share.
picture_file = Table(
    "picture_file",
    metadata,
    Column("picture", String(32), primary_key=True),  # model.posts.pictures.name_of
    Column("use", String(16), primary_key=True),  # model.posts.pictures.Use
    required("media_type", String(20)),
    required("width", Integer),
    required("height", Integer),
    required("content", LargeBinary),
    required("made_at", UtcDateTime),
    Column("unused_since", UtcDateTime),  # no post shows it: nobody is shown it
)

# Where pictures are found, what was found there last, and what staff say of it.
picture_address = Table(
    "picture_address",
    metadata,
    Column("key", String(64), primary_key=True),  # of the address: a hash
    required("address", Text),  # a web address, or the path of a file
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
