"""Which keys of a campaign's file stand on which page of its form: one table.

Each choice's words say what the key means; what it may be is for the file's reader.
"""

from dataclasses import dataclass

from digest.model.campaigns.campaign import (
    Approval,
    Envelope,
    UnapprovedPolicy,
    UncertainPolicy,
)
from digest.model.posts.pictures import PictureHosting
from digest.schedule.reports.campaign_standing import (
    approval_in_words,
    unapproved_in_words,
)
from digest.web.desk.campaigns.form import codecs
from digest.web.desk.campaigns.form.fields import (
    ColourField,
    FieldKind,
    FormField,
    LanguageField,
    SenderField,
)

_LINES, _RADIOS, _TICK, _TICKS, _DAY = (
    FieldKind.LINES,
    FieldKind.RADIOS,
    FieldKind.TICK,
    FieldKind.TICKS,
    FieldKind.DAY,
)
LENGTH_HINT = "A length of time, like 30m, 6h or 2d"


# The section that has a page of its own, with a preview beside it.
LOOK = "look"


@dataclass(frozen=True, slots=True)
class FormSection:
    """One page of a campaign's form: keys of one table of its file."""

    name: str
    title: str
    table: str
    fields: tuple[FormField, ...]
    about: str = ""


SECTIONS: tuple[FormSection, ...] = (
    FormSection(
        "name",
        "Name and sender",
        "campaign",
        (
            FormField("title", "Title", "What readers see"),
            SenderField("sender_name", "Sender's name", "Who emails are from", key="-"),
            SenderField(
                "sender_address", "Sender's address", key="from", is_address=True
            ),
            FormField("reply_to", "Where answers go", "An email address that is read"),
            LanguageField(
                "language",
                "Language",
                "Of its posts, as a tag: en-GB, cy, de",
                default="en-GB",
            ),
            FormField(
                "timezone",
                "Time zone",
                "Of its schedules, like Europe/London. Without it, the program's own",
            ),
        ),
    ),
    FormSection(
        "days",
        "First and last day",
        "campaign",
        (
            FormField("starts", "First day", kind=_DAY, codec=codecs.DAY),
            FormField(
                "ends",
                "Last day",
                "Without one it goes on until somebody ends it",
                kind=_DAY,
                codec=codecs.DAY,
            ),
            FormField(
                "last_edition",
                "Time of the last edition",
                "18:00 on the last day, or 2026-07-13 10:00, or none. Left empty, each "
                "schedule has its last at its own time",
            ),
            FormField(
                "goodbye",
                "Goodbye",
                "What the last edition ends with. An empty line begins a paragraph",
                kind=_LINES,
                codec=codecs.PARAGRAPHS,
            ),
            FormField(
                "holidays",
                "Bank holidays",
                "Of the country where staff keep them, or a part of it: GB-ENG, DE",
            ),
            FormField(
                "closed",
                "Other days on which nothing goes out",
                "Days, like 2026-12-24, 2026-12-29",
                codec=codecs.DAYS,
            ),
        ),
    ),
    FormSection(
        "content",
        "What is in an edition",
        "campaign",
        (
            FormField(
                "sections",
                "Posts are parted",
                kind=_RADIOS,
                options=(
                    ("", "Not at all"),
                    ("topic", "By topic, each under a heading"),
                    ("source", "By source, each under a heading"),
                ),
            ),
            FormField(
                "most_items",
                "Most posts and events in a copy",
                "More come with the next edition. Left empty, there is no limit",
                codec=codecs.WHOLE,
            ),
            FormField(
                "events_alone",
                "Send an edition where nothing is new but something is on",
                kind=_TICK,
                codec=codecs.FLAG,
            ),
        ),
    ),
    FormSection(
        "web",
        "Reading it on the web",
        "campaign",
        (
            FormField(
                "archive",
                "Let anybody read on the web what has gone out, and see what is on",
                "Past editions, coming events and a calendar, with no name of a reader",
                kind=_TICK,
                codec=codecs.FLAG,
            ),
        ),
    ),
    FormSection(
        "lists",
        "Who it goes to",
        "campaign",
        (
            FormField(
                "lists",
                "Mailing lists",
                "Who is on two of them gets one copy",
                kind=_TICKS,
                codec=codecs.COMMAS,
                takes_others=True,
            ),
        ),
    ),
    FormSection(
        "approval",
        "Who approves it",
        "campaign",
        (
            FormField(
                "approval",
                "Who lets an edition go",
                kind=_RADIOS,
                options=tuple((each, approval_in_words(each)) for each in Approval),
                default=Approval.AUTOMATIC,
            ),
            FormField(
                "approvers",
                "Who is told when one waits",
                "Email addresses, one a line",
                kind=_LINES,
                codec=codecs.LINES,
            ),
            FormField(
                "unapproved",
                "If nobody approves in time",
                kind=_RADIOS,
                options=tuple(
                    (each, unapproved_in_words(each)) for each in UnapprovedPolicy
                ),
                default=UnapprovedPolicy.CARRY_OVER,
            ),
            FormField(
                "hold_back",
                "How long an edition can be called back before it leaves",
                f"{LENGTH_HINT}, at most 1d; 0m for not at all. Left empty, five "
                "minutes for what a person approves",
            ),
            FormField(
                "uncertain",
                "If the mail server takes an email and never answers",
                kind=_RADIOS,
                options=(
                    (UncertainPolicy.RESEND, "Send it again, with the same mark"),
                    (UncertainPolicy.HOLD, "Leave it to a person"),
                ),
                default=UncertainPolicy.RESEND,
            ),
        ),
    ),
    FormSection(
        LOOK,
        "Look of its mail",
        "email",
        (
            FormField(
                "logo",
                "Logo",
                "A PNG, JPEG or WebP of up to 10 MB. Emails have it beside the title, "
                "letters in grey, pages above all. We keep our own copy",
                kind=FieldKind.PICTURE,
            ),
            FormField(
                "logo_alt",
                "What the logo shows",
                "For who cannot see it. Left empty, it is the sender's name",
            ),
            ColourField(
                "colour",
                "Colour of the header",
                "Like #0b4f63, which it is unless said otherwise. White words stand on "
                "it, and have to be read with weak eyes",
            ),
            FormField(
                "in_full",
                "Put whole posts into emails, and not a summary with a link",
                kind=_TICK,
                codec=codecs.FLAG,
            ),
            FormField(
                "pictures",
                "Pictures",
                kind=_RADIOS,
                options=(
                    (PictureHosting.ATTACHED, "Inside the email"),
                    (PictureHosting.HOSTED, "With us: mail programs may ask first"),
                    (PictureHosting.NONE, "None: words say what they show"),
                ),
                default=PictureHosting.ATTACHED,
            ),
        ),
    ),
    FormSection(
        "letter",
        "Letters",
        "letter",
        (
            FormField(
                "sender",
                "Name and postal address",
                "One line each. Every email says it too, and live nothing goes without",
                kind=_LINES,
                codec=codecs.LINES,
            ),
            FormField(
                "envelope",
                "Window envelope",
                kind=_RADIOS,
                options=(
                    (Envelope.DL, "DL, folded in three"),
                    (Envelope.C5, "C5, folded once"),
                    (Envelope.NOTIFY, "As GOV.UK Notify's letters"),
                ),
                default=Envelope.DL,
            ),
            FormField("phone", "Phone", "The number that readers may ring"),
            FormField("postage", "Postage", default="second"),
            FormField(
                "price",
                "What posting one letter costs",
                "Like 0.87",
                codec=codecs.DECIMAL,
            ),
            FormField(
                "slip",
                "Reply slip",
                "Boxes to tick at the foot of the last page, cut off and posted to you",
                kind=_RADIOS,
                codec=codecs.SWITCH,
                options=(
                    (codecs.YES, "At the foot of each letter, where it costs no sheet"),
                    ("no", "None: a letter ends with how to reach you"),
                ),
                default=codecs.YES,
            ),
        ),
    ),
    FormSection(
        "organisation",
        "Who answers for it, and by what right",
        "organisation",
        (
            FormField("name", "Organisation", "Who answers for what is held of people"),
            FormField(
                "contact",
                "How people ask about what is held of them",
                "Like: write to data@example.org or ring 01632 960 155",
            ),
            FormField("charity", "Charity", "Its number, if it is a registered one"),
            FormField(
                "charitable_purpose",
                "How all of it serves the charity's purposes",
                "Without it nobody is emailed by the charitable soft opt-in",
            ),
            FormField(
                "public_task",
                "Which task of a public body it is",
                "And by which law. Without it nobody is emailed as a public task",
            ),
        ),
    ),
)


_END = ("ends", "last_edition", "goodbye")
# The same keys as of its days: what happens when it ends is said before.
END = FormSection(
    "end",
    "End the campaign",
    "campaign",
    tuple(
        field
        for section in SECTIONS
        if section.name == "days"
        for field in section.fields
        if field.name in _END
    ),
)


def section_named(name: str) -> FormSection | None:
    """Return the section of that name, None where there is none."""
    return next((each for each in (*SECTIONS, END) if each.name == name), None)
