"""The posts of a reading paired with those of the log, by all of their signs.

A source's ids should settle it. But some make them anew at each reading, some give
all posts one, and some have none; and the same is met of addresses and dates. So it
is asked of each of these signs whether it stays with the posts that are recognised
without it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from digest.model.posts.identity.lone_post import LonePost, is_another, lone_post
from digest.model.posts.identity.sign_worth import (
    JUDGED,
    SignWorth,
    alike,
    by_values,
    met_without,
    worth_of,
)
from digest.model.posts.identity.signs import (
    TELLING,
    KeyedPosts,
    Sign,
    SignsOfPost,
    composed_key,
    has_only_its_id,
)
from digest.model.posts.items import Post

# "Thought for the day": where all these are others, it is another one.
_ALL_BUT_TITLE = (Sign.LINK, Sign.DATE, Sign.WORDS)


@dataclass(frozen=True, slots=True)
class Recognition:
    """A reading's posts by the keys that they have in the log, new ones by their own.

    `remarks` is what staff should know of how they were told apart.
    """

    posts: tuple[Post, ...]
    remarks: tuple[str, ...] = ()


def recognise(
    stored: Sequence[Post], reading: KeyedPosts, known_by: Sign | None = None
) -> Recognition:
    """Return the posts of a reading by what the log has of them.

    `stored` is what the source has given before, the latest last, each by its key
    in the log. What a source makes anew at each reading is taken as it was.
    """
    pairing = _Pairing(stored, reading)
    if known_by is not None:
        pairing.pair_by_one(known_by)
    elif (lone := lone_post(stored, reading)) is not None:
        pairing.pair_alone(lone)
    else:
        pairing.pair_by_all()
    keys_in_use = {post.key for post in stored}
    posts = []
    for number, post in enumerate(reading.posts):
        if number in pairing.pairs:
            posts.append(pairing.as_before(post, stored[pairing.pairs[number]]))
            continue
        signs = pairing.now[number]
        everything = (signs.values[sign] for sign in TELLING)
        key = (
            composed_key(post.key, *everything) if post.key in keys_in_use else post.key
        )
        while key in keys_in_use:
            key = composed_key(key, str(number))
        keys_in_use.add(key)
        posts.append(replace(post, key=key))
    return Recognition(tuple(posts), tuple(pairing.remarks))


class _Pairing:
    """Pairs the posts of a reading with those of the log, the surest first."""

    def __init__(self, stored: Sequence[Post], reading: KeyedPosts) -> None:
        self.pairs: dict[int, int] = {}
        self.remarks: dict[str, None] = {}
        keys = {post.key for post in stored}
        # One post alone, under an id that is new, may have any id.
        self._are_counted = reading.counts_places and (
            len(reading.posts) > 1 or reading.posts[0].key in keys
        )
        self.now = [
            SignsOfPost.of(
                post,
                has_id=not self._are_counted and post.key not in reading.composed,
            )
            for post in reading.posts
        ]
        self.then = [SignsOfPost.of(post) for post in stored]
        self._reading, self._stored = reading, stored
        dates = {signs.values[Sign.DATE] for signs in self.now}
        # Where all have one date it is that of the reading, or of nothing.
        self._dates_tell = len(dates) > 1 or len(self.now) == 1
        self._evidence = {
            sign: met_without(sign, self.now, self.then) for sign in JUDGED
        }
        self.worths = {
            sign: worth_of(
                sign, evidence, self.now, self.then, dates_tell=self._dates_tell
            )
            for sign, evidence in self._evidence.items()
        }
        # Posts that a sign has settled are new where they are not paired.
        self._settled: set[int] = set()

    def pair_by_all(self) -> None:
        """Pair by the ids, else by addresses, else by dates, else by words alone."""
        for sign in (Sign.ID, Sign.LINK):
            if self.worths[sign] is SignWorth.ANEW:
                continue
            self._pair_by_sign(sign)
            if self.worths[sign] is SignWorth.WEAK:
                self._pair_returned(sign)
            self._settle(sign)
        if self.worths[Sign.DATE] is not SignWorth.ANEW:
            for further in ((Sign.WORDS,), (Sign.TITLE,), ()):
                self._pair(Sign.DATE, *further)
            if self.worths[Sign.DATE] is SignWorth.PROVEN:
                self._settle(Sign.DATE)
        self._pair_in_order((Sign.TITLE, Sign.WORDS))
        self._pair(Sign.WORDS)
        self._pair(Sign.TITLE)
        if self.worths[Sign.ID] is not SignWorth.PROVEN:
            self._remark_on_repeats()
        self._remark_on_signs()

    def pair_alone(self, lone: LonePost) -> None:
        """Pair the only post of the reading, if it is one of the log."""
        self.pairs = {} if lone.place is None else {0: lone.place}
        self.remarks = dict.fromkeys(lone.remarks)

    def pair_by_one(self, sign: Sign) -> None:
        """Pair by that sign alone; of several in the log the latest counts."""
        latest = {
            _decisive(post, signs, sign): number
            for number, (post, signs) in enumerate(
                zip(self._stored, self.then, strict=True)
            )
        }
        for number, post in enumerate(self._reading.posts):
            value = _decisive(post, self.now[number], sign)
            if value in latest:
                self.pairs[number] = latest.pop(value)

    def as_before(self, post: Post, stored: Post) -> Post:
        """Return the post by its key in the log, without what is made anew."""
        is_anew = {sign: worth is SignWorth.ANEW for sign, worth in self.worths.items()}
        return replace(
            post,
            key=stored.key,
            published=stored.published if is_anew[Sign.DATE] else post.published,
            url=stored.url if is_anew[Sign.LINK] else post.url,
        )

    def _open(self) -> tuple[list[int], list[int]]:
        """Return what is still open: of the reading, and of the log."""
        paired = set(self.pairs.values())
        settled = self.pairs.keys() | self._settled
        return (
            [number for number in range(len(self.now)) if number not in settled],
            [number for number in range(len(self.then)) if number not in paired],
        )

    def _alike_alone(self, signs: Sequence[Sign]) -> Iterator[tuple[int, int]]:
        """Yield what is open and has these signs, and alone, on either side."""
        for numbers, others in alike(signs, self.now, self.then, self._open()):
            if len(numbers) == len(others) == 1:
                yield numbers[0], others[0]

    def _pair(self, *signs: Sign) -> None:
        """Pair those that have these signs, and alone, and most words in common."""
        for number, other in list(self._alike_alone(signs)):
            if self.now[number].is_similar(self.then[other]):
                self.pairs[number] = other

    def _pair_in_order(self, signs: Sequence[Sign]) -> None:
        """Pair all that have these signs; of more in the log, the latest."""
        for numbers, others in list(alike(signs, self.now, self.then, self._open())):
            self.pairs |= zip(numbers, others[-len(numbers) :], strict=False)

    def _pair_by_sign(self, sign: Sign) -> None:
        """Pair those of one id or address, unless all else says that they are two."""
        is_proven = self.worths[sign] is SignWorth.PROVEN
        claims = {
            other: numbers
            for numbers, others in self._evidence[sign]
            for other in others
        }
        for number, other in list(self._alike_alone((sign,))):
            is_others = number not in claims.get(other, [number])
            if is_others and not is_proven:
                continue
            if self._is_plausible(sign, self.now[number], self.then[other]):
                self.pairs[number] = other
                self._remark_on_doubt(sign, number, other)

    def _remark_on_doubt(self, sign: Sign, number: int, other: int) -> None:
        """Say so where a post is taken for another, and hardly anything else agrees."""
        mine, before = self.now[number], self.then[other]
        is_proven = self.worths[sign] is SignWorth.PROVEN
        differ = {
            each
            for each in (Sign.LINK, Sign.DATE, Sign.TITLE)
            if each is not sign and mine.contradicts(before, each)
            # What nothing but an unproven sign calls anew may tell all the same.
            if not is_proven or self.worths.get(each) is not SignWorth.ANEW
        }
        stays = self.worths[Sign.LINK] is SignWorth.PROVEN and Sign.LINK in differ
        in_doubt = (
            sign is Sign.ID and (stays or len(differ) > 1)
            if is_proven
            else bool(differ - {Sign.TITLE})
        )
        is_notice = Sign.LINK in differ and mine.is_long_after(before)
        is_other = is_notice or mine.contradicts(before, Sign.WORDS)
        is_alone = len(self.now) == 1 and sign is Sign.ID
        if (
            (in_doubt and is_other)
            or (is_alone and is_another(mine, before))
            or (sign is Sign.ID and has_only_its_id(mine, before, self.now, self.then))
        ):
            title = self._reading.posts[number].title
            self.remarks[
                f'"{title}" has the {sign} of an earlier post and little else of it, '
                "and is taken as that, changed: known_by in the campaign file says "
                "otherwise"
            ] = None

    def _is_plausible(self, sign: Sign, mine: SignsOfPost, other: SignsOfPost) -> bool:
        """Whether posts of one id or address are one, by the rest of their signs."""
        is_notice = mine.agrees(other, Sign.WORDS) and mine.is_long_after(other)
        if (
            sign is Sign.LINK
            and is_notice
            and self.worths[Sign.DATE] is SignWorth.PROVEN
        ):
            return False
        rest = [each for each in Sign if each is not sign]
        return (
            self.worths[sign] is SignWorth.PROVEN
            or any(mine.agrees(other, each) for each in rest)
            or not any(mine.contradicts(other, each) for each in rest)
            or (bool(mine.words) and mine.is_similar(other))
        )

    def _pair_returned(self, sign: Sign) -> None:
        """Decide on the one post that comes again under another id or address."""
        pairs = [
            pair
            for numbers, others in self._evidence[sign]
            for pair in zip(numbers, others[-len(numbers) :], strict=False)
        ]
        now, then = map(set, self._open())
        for number, other in pairs:
            mine, before = self.now[number], self.then[other]
            if number not in now or other not in then:
                continue
            is_dated = bool(mine.published and before.published) and self._dates_tell
            is_notice = is_dated and mine.is_long_after(before)
            is_other = all(map(partial(mine.contradicts, before), _ALL_BUT_TITLE))
            is_same = not (is_notice or is_other) and (
                is_dated or mine.agrees(before, Sign.LINK)
            )
            if is_same:
                self.pairs[number] = other
            verdict = "the same post" if is_same else "a new one"
            title = self._reading.posts[number].title
            self.remarks[
                f'"{title}" comes again with another {sign} and is taken as {verdict}: '
                "known_by in the campaign file says otherwise"
            ] = None

    def _settle(self, sign: Sign) -> None:
        """Note as new what is not paired, and has a sign that tells it apart."""
        stored = {signs.values[sign] for signs in self.then}
        for numbers in by_values((sign,), self.now, self._open()[0]).values():
            is_telling = len(numbers) == 1 or sign is Sign.DATE
            if is_telling and (
                sign is Sign.DATE or self.now[numbers[0]].values[sign] not in stored
            ):
                self._settled |= set(numbers)

    def _remark_on_repeats(self) -> None:
        """Say so where what is taken as new is much like an earlier post."""
        earlier = set(self.pairs.values())
        now = [number for number in range(len(self.now)) if number not in self.pairs]
        then = [number for number in range(len(self.then)) if number not in earlier]
        for sign in (Sign.WORDS, Sign.TITLE):
            for numbers, others in alike((sign,), self.now, self.then, (now, then)):
                mine, before = self.now[numbers[0]], self.then[others[-1]]
                if mine.is_similar(before):
                    title = self._reading.posts[numbers[0]].title
                    self.remarks[
                        f'"{title}" is much like an earlier post and is taken as a new '
                        "one: known_by in the campaign file says otherwise"
                    ] = None

    def _remark_on_signs(self) -> None:
        """Say by what posts are recognised where ids and addresses do not serve."""
        have = {sign: any(own.values[sign] for own in self.now) for sign in JUDGED}
        serves = {
            sign: have[sign] and worth is not SignWorth.ANEW
            for sign, worth in self.worths.items()
        }
        fault = self._fault_of_signs(have, serves)
        if not fault:
            return
        use = "their words, and the same words again are taken for the same post"
        if serves[Sign.LINK]:
            use = "their addresses"
        elif serves[Sign.DATE] and self._dates_tell:
            use = "their dates and words"
        self.remarks[f"its posts {fault}: they are recognised by {use}"] = None

    def _fault_of_signs(
        self, have: Mapping[Sign, bool], serves: Mapping[Sign, bool]
    ) -> str:
        """Return, in words, why ids and addresses do not serve; "" where they do."""
        if serves[Sign.ID] and not self._reading.composed:
            return ""
        if self._are_counted:
            return "have ids that only count their places"
        if have[Sign.ID] and not serves[Sign.ID]:
            return "have other ids at every reading"
        if self._reading.composed:
            return "share one id, or have none"
        if have[Sign.LINK] and not serves[Sign.LINK]:
            return "have other addresses at every reading"
        return "" if serves[Sign.LINK] else "have neither ids nor addresses"


def _decisive(post: Post, signs: SignsOfPost, sign: Sign) -> str:
    return (signs.values[sign] if sign is not Sign.ID else "") or post.key
