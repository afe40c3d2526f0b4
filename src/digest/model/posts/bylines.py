"""Who wrote a post, from the line in which people say so."""

import re
from collections.abc import Sequence
from dataclasses import replace

from digest.model.dated_lines import DatedLine
from digest.model.posts.blocks import Block, Paragraph, Picture, TextSpan, TextSpans
from digest.model.posts.items import Byline

_BY = re.compile(r"\s*(?:(?:posted|written|words) )?by(?:[:\s]\s*|$)", re.IGNORECASE)
_COMMA = re.compile(r",\s*(?!\d)(?![^()]*\))")
# Between a name and what follows: "Ann Example | Chair", "Ann Example - Chair".
_DASH = re.compile(r"\s+[|\u2013\u2014-]\s+")
_BRACKETED = re.compile(r"([^()]+) \(([^()]+)\)")
_AT = re.compile(r"\s+at\s+(?=(?:the\s+)?[^\W_a-z])")
_STUCK = re.compile(r"(?<=[^\W_])\s*(?=By [^\W\d_a-z])")
_LAST_STOP = re.compile(r"(?<=\w{4})\.$")
# Another person, or a sentence: what follows is no part of this one's byline.
_NO_PART = re.compile(r"and [^\W\d_a-z][\w.'\u2019-]+ [^\W\d_a-z]|(who|which|whose) ")
_HONOURS = re.compile(
    r"[CKDOM]BE|BEM|[KQ]C|MS?P|MS|PhD|MD|RG?N|JP|DL|FRS|FRC\w{1,2}|[JS]r\.?|I{2,3}|Esq\.?"
)
_ROLES = re.compile(
    r"\b(adviser|ceo|gp|advisor|advocate|ambassador|analyst|apprentice|artist|assistant|"
    r"author|carer|chair|chairman|chairwoman|chef|chief|clerk|coach|consultant|"
    r"co-?ordinator|cook|councillor|counsellor|designer|developer|director|doctor|"
    r"driver|editor|engineer|executive|expert|facilitator|fellow|founder|friend|"
    r"gardener|head|intern|lead|leader|lecturer|librarian|manager|mayor|member|"
    r"mentor|minister|neighbour|nurse|officer|organi[sz]er|parent|patient|"
    r"physiotherapist|planner|practitioner|president|producer|professor|reader|"
    r"representative|researcher|resident|secretary|service user|social worker|"
    r"specialist|student|supervisor|teacher|therapist|trainer|treasurer|trustee|"
    r"tutor|user|vicar|volunteer|warden|worker|writer)s?\b",
    re.IGNORECASE,
)
_ORGANISATIONS = re.compile(
    r"^the\b|\([A-Z0-9&]{2,}\)|\b(academy|agency|alliance|association|authority|"
    r"board|body|centre|center|charity|church|club|coalition|college|commission|"
    r"committee|company|co-?operative|council|department|federation|forum|"
    r"foundation|group|hall|home|hospice|hospital|house|initiative|institute|"
    r"institution|library|ltd|limited|ministry|museum|nhs|network|office|"
    r"organisation|organization|partnership|practice|project|school|service|"
    r"services|society|surgery|team|theatre|trust|union|university|plc|cic)\b",
    re.IGNORECASE,
)
_NAME_WORDS = re.compile(
    r"and|&|of|de|da|di|du|van|von|der|den|la|le|el|al|bin|ap", re.IGNORECASE
)
# What a byline never says, and a sentence that begins with "By" soon does.
_SENTENCE = re.compile(
    r"\b(was|were|is|are|had|has|have|will|would|can|must|we|they|it|he|she|you|I)\b",
    re.IGNORECASE,
)
_CALENDAR = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|april|june|july|"
    r"september|october|november|december|christmas|easter|contrast|law|now|then",
    re.IGNORECASE,
)
# What a site's program calls an account that nobody gave a name.
_ACCOUNT = re.compile(
    r"(?:site|web|wp|wordpress)?[ _-]?(?:admin|administrator|master|user)\d*|root",
    re.IGNORECASE,
)
_LONGEST = 200
_MOST_WORDS_OF_NAMES = 8
_FIRST_BLOCKS = 3


def parse(text: str) -> Byline | None:
    """Return the byline that `text` writes, or None where it writes none.

    The name of an account, such as admin, is nobody's.

    "By NAME, ROLE, ORGANISATION", "NAME, ROLE at ORGANISATION", "NAME | ROLE" and
    "NAME (ORGANISATION)" are told apart, commas inside a role or an organisation
    included, and so is such a line that is stuck to a caption before it. A day or
    a time at its end or its start is no part of it. What cannot be told apart, or
    is longer than any byline, stays whole as the author.
    """
    text = DatedLine.of(" ".join(text.split())).words
    if glued := _glued(text):
        return glued[1]
    by = _BY.match(text)
    line = " ".join(text[by.end() if by else 0 :].split()).strip(" ,")
    line = _LAST_STOP.sub("", line)
    if not line or _ACCOUNT.fullmatch(line):
        return None
    return _split(line) or Byline(line)


def _split(line: str) -> Byline | None:
    """Return the byline with its parts told apart, None where they cannot be."""
    if len(line) > _LONGEST or ";" in line:
        return None
    parts = _parts(line)
    honours = 1
    while honours < len(parts) and all(
        _HONOURS.fullmatch(word) for word in parts[honours].split()
    ):
        honours += 1
    author, rest = ", ".join(parts[:honours]), parts[honours:]
    if not rest or any(_NO_PART.match(part) for part in rest):
        return None
    role, organisation = _role_and_organisation(rest)
    is_told = _is_role(role) if role else _ORGANISATIONS.search(organisation)
    if not is_told and (_DASH.search(line) or not (role or organisation)):
        return None
    return Byline(author, role, organisation)


def _parts(line: str) -> list[str]:
    """Return the name, and each part behind it."""
    if (match := _BRACKETED.fullmatch(line)) and "," not in match[1]:
        return [match[1], *_COMMA.split(match[2])]
    name, *rest = _COMMA.split(line)
    return [part.strip() for part in (*_DASH.split(name), *rest) if part.strip()]


def _role_and_organisation(parts: list[str]) -> tuple[str, str]:
    for place, part in enumerate(parts):
        at = _AT.search(part)
        if at and (_is_role(part[: at.start()]) or " and " in part[: at.start()]):
            role = [*parts[:place], part[: at.start()]]
            return ", ".join(role), ", ".join([part[at.end() :], *parts[place + 1 :]])
    if len(parts) == 1:
        return _only(parts[0])
    end = 1
    while end < len(parts) - 1 and _goes_on(parts, end):
        end += 1
    return ", ".join(parts[:end]), ", ".join(parts[end:])


def _only(part: str) -> tuple[str, str]:
    """Tell a lone part from its words: a role or an organisation, or neither."""
    if at := _AT.search(part):
        return part[: at.start()], part[at.end() :]
    if _is_role(part) and not part.lower().startswith("the "):
        return part, ""
    return ("", part) if _ORGANISATIONS.search(part) else ("", "")


def _goes_on(parts: list[str], place: int) -> bool:
    """Whether the role, begun before, goes on in the part at `place`."""
    part = parts[place]
    if _ORGANISATIONS.search(part):
        return False
    if _is_role(part) or part.startswith("and ") or " and " in part or " & " in part:
        return True
    # "Head of Policy, Research and Voice": a list that a later part ends.
    ahead = parts[place + 1 : -1]
    is_list = " of " in parts[0] or " for " in parts[0]
    return bool(ahead) and is_list and _goes_on(parts, place + 1)


def _is_role(words: str) -> bool:
    return _ROLES.search(words) is not None


def split_byline(body: Sequence[Block]) -> tuple[Byline | None, tuple[Block, ...]]:
    """Return the byline that opens `body`, and the body without that line.

    A caption glued before it stays in the body: as the caption of the picture
    above it, or as words of its own; so does a day behind it. Nothing else is lost.
    """
    for place, block in enumerate(body[:_FIRST_BLOCKS]):
        before, after = tuple(body[:place]), tuple(body[place + 1 :])
        if isinstance(block, Picture) and (glued := _glued(block.caption)):
            caption, byline = glued
            captioned = replace(block, caption=caption)
            return byline, (*before, captioned, *_days(block.caption), *after)
        if not isinstance(block, Paragraph):
            continue
        line, other_lines = _first_line(block.spans)
        rest = (Paragraph(other_lines), *after) if other_lines else after
        if opening := _opening(line):
            return opening, (*before, *_days(line), *rest)
        if glued := _glued(line):
            caption, byline = glued
            return byline, (*_captioned(before, caption), *_days(line), *rest)
    return None, tuple(body)


def _days(line: str) -> tuple[Block, ...]:
    """Return the days that stand beside a byline: they are no part of it."""
    days = ", ".join(DatedLine.of(line).days)
    return (Paragraph((TextSpan(days),)),) if days else ()


def _opening(line: str) -> Byline | None:
    """Return the byline if the whole line is one, and not a sentence."""
    by = _BY.match(line)
    line = DatedLine.of(line).words
    if by is None or len(line) > _LONGEST or _SENTENCE.search(line):
        return None
    byline = parse(line) if _names_somebody(line[by.end() :].strip()) else None
    # "By Ann Example | 7 July | News" says more than who wrote it.
    is_whole = byline is not None and not (byline.role or byline.organisation)
    return None if is_whole and _DASH.search(line) else byline


def _names_somebody(text: str) -> bool:
    name = _DASH.split(_COMMA.split(text)[0].partition(" at ")[0])[0]
    name = name.partition(" (")[0]
    words = name.split()
    if not words or len(words) > _MOST_WORDS_OF_NAMES or _CALENDAR.match(name):
        return False
    if text.endswith(("?", "!", ":", ";")) or not words[0][0].isupper():
        return False
    if len(words) == 1 and name != text:  # "By Ann, volunteer", but "By Easter, ..."
        return _is_role(text)
    return all(word[0].isupper() or _NAME_WORDS.fullmatch(word) for word in words)


def _glued(text: str) -> tuple[str, Byline] | None:
    """Part a caption from a byline stuck to it: "Ann Example | GroupBy Ann Example"."""
    for place in _STUCK.finditer(text[:_LONGEST]):
        caption, line = text[: place.start()].strip(), text[place.end() :].strip()
        byline = _opening(line)
        if byline and ("|" in caption or byline.author in caption):
            return caption, byline
    return None


def _first_line(spans: TextSpans) -> tuple[str, TextSpans]:
    """Return the words before the first line break, and the spans after it."""
    line = ""
    for place, span in enumerate(spans):
        words, broken, rest = span.text.partition("\n")
        line += words
        if broken:
            others = (replace(span, text=rest), *spans[place + 1 :])
            return line, others if rest else others[1:]
    return line, ()


def _captioned(before: tuple[Block, ...], caption: str) -> tuple[Block, ...]:
    last = before[-1] if before else None
    if isinstance(last, Picture) and not last.caption:
        return (*before[:-1], replace(last, caption=caption))
    return (*before, Paragraph((TextSpan(caption),)))
