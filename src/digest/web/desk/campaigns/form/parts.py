"""The fields of a campaign's schedules and sources: which key each is of, and how."""

from dataclasses import replace

from digest.model.campaigns.closures import ClosurePolicy
from digest.model.formats import FORMATS
from digest.web.desk.campaigns.form import codecs
from digest.web.desk.campaigns.form.fields import FieldKind, FormField
from digest.web.desk.campaigns.form.sections import LENGTH_HINT

_FORMATS = tuple(
    (name, fmt.words.capitalize()) for name, fmt in FORMATS.items() if fmt.channel
)
SCHEDULE_FIELDS: tuple[FormField, ...] = (
    FormField("name", "Name", "Lower-case letters, digits and hyphens, like daily"),
    FormField(
        "at",
        "Time of day",
        "Like 16:00; several with commas between",
        codec=codecs.ONE_OR_MORE,
    ),
    FormField(
        "days",
        "Days",
        "None ticked is every day",
        kind=FieldKind.TICKS,
        codec=codecs.WEEK,
        options=(
            ("mon", "Monday"),
            ("tue", "Tuesday"),
            ("wed", "Wednesday"),
            ("thu", "Thursday"),
            ("fri", "Friday"),
            ("sat", "Saturday"),
            ("sun", "Sunday"),
        ),
    ),
    FormField(
        "default",
        "New readers start on this one",
        kind=FieldKind.TICK,
        codec=codecs.FLAG,
    ),
    FormField(
        "formats",
        "Readers of these start on it",
        kind=FieldKind.TICKS,
        codec=codecs.COMMAS,
        options=_FORMATS,
    ),
    FormField(
        "every",
        "Every so often",
        "2w for every other week, on the days above. Or within a day: 30m, 2h, in "
        "place of a time",
        is_rare=True,
    ),
    FormField("between", "Within a day, from and to", "Like 09:00-17:00", is_rare=True),
    FormField(
        "monthly",
        "Once a month, in place of days of the week",
        "Like first mon, last fri, 15, last working day",
        codec=codecs.ONE_OR_MORE,
        is_rare=True,
    ),
    FormField(
        "on",
        "On certain days alone, in place of days of the week",
        "Like 2026-07-09; several with commas between",
        codec=codecs.DAYS,
        is_rare=True,
    ),
    FormField(
        "starts", "First day", kind=FieldKind.DAY, codec=codecs.DAY, is_rare=True
    ),
    FormField("ends", "Last day", kind=FieldKind.DAY, codec=codecs.DAY, is_rare=True),
    FormField(
        "when_closed",
        "On a bank holiday or a closed day",
        kind=FieldKind.RADIOS,
        options=(
            (ClosurePolicy.SKIP, "Nothing goes out"),
            (ClosurePolicy.BEFORE, "It goes out on the working day before"),
            (ClosurePolicy.AFTER, "It goes out on the working day after"),
            (ClosurePolicy.SEND, "It goes out all the same"),
        ),
        default=ClosurePolicy.SKIP,
        is_rare=True,
    ),
    FormField(
        "close",
        "How long before its time an edition closes",
        f"{LENGTH_HINT}. What comes in after goes with the next",
        is_rare=True,
    ),
    FormField(
        "quiet", "Hours in which no email leaves", "Like 21:00-08:00", is_rare=True
    ),
    FormField(
        "whats_on",
        "How far ahead it lists what is on",
        "8d unless said otherwise; no for no list",
        codec=codecs.HORIZON,
        is_rare=True,
    ),
    FormField(
        "catch_up",
        "How late it may still go out",
        f"{LENGTH_HINT}. Six hours unless said otherwise, longer where the next is "
        "far off",
        is_rare=True,
    ),
    FormField(
        "expires",
        "How long an email is of use",
        f"{LENGTH_HINT}. Four days unless said otherwise; 1d for a daily edition",
        is_rare=True,
    ),
    FormField(
        "timezone",
        "Its own time zone",
        "The campaign's unless it has one",
        is_rare=True,
    ),
)
_SOURCE_FIELDS: tuple[FormField, ...] = (
    FormField("name", "Name", "Lower-case letters, digits and hyphens. Staff see it"),
    FormField("url", "Address"),
    FormField(
        "topics",
        "Topics",
        "That all its posts get, with commas between",
        codec=codecs.COMMAS,
    ),
    FormField(
        "first",
        "What to take the first time",
        kind=FieldKind.RADIOS,
        codec=codecs.FIRST,
        options=(
            ("now", "Only what is new from now on"),
            ("5", "The last five too"),
            ("campaign-start", "Everything since the campaign's first day"),
            ("", "Everything that is there"),
        ),
    ),
    FormField(
        "moderated",
        "Somebody here releases each of its posts",
        "Without it they go in by themselves",
        kind=FieldKind.TICK,
        codec=codecs.FLAG,
    ),
)
_OF_KIND = {
    "calendar": FormField(
        "ahead",
        "How long before it starts an event is news",
        f"{LENGTH_HINT}. 28d unless said otherwise",
        is_rare=True,
    ),
    "feed": FormField(
        "known_by",
        "By what a post is recognised",
        kind=FieldKind.RADIOS,
        options=(
            ("", "By all its signs together"),
            ("id", "By its id"),
            ("link", "By its link"),
            ("title", "By its title"),
        ),
        is_rare=True,
    ),
}


def source_fields(kind: str, first: str = "") -> tuple[FormField, ...]:
    """Return the fields of a source of that kind; `first` is an option beside ours."""
    fields = [
        _with_option(each, first) if each.name == "first" else each
        for each in _SOURCE_FIELDS
        if each.name != "url" or kind not in ("folder", "wordpress")
    ]
    return (*fields, *([_OF_KIND[kind]] if kind in _OF_KIND else []))


def _with_option(field: FormField, value: str) -> FormField:
    if value in dict(field.options):
        return field
    return replace(field, options=(*field.options, (value, f"The last {value} too")))
