"""On which line of a list somebody stood, for millions of people in little memory.

A dictionary of the same would hold two hundred bytes for each; this holds sixteen: of
each key its hash, and the line. Two keys of one hash among a million are as likely as
one in ten million million.
"""

from array import array
from bisect import bisect_right

from digest.model.people.person import PersonKeys

# So many that a bucket of a million lines has some fifteen.
_BUCKETS = 1 << 16
_LOW = _BUCKETS - 1
# Set in each hash, so that no line number is taken for one.
_TOP = 1 << 63
_WHOLE = _TOP - 1


class HashedLines:
    """Numbers by the hash of a key; the first of two of a key is kept."""

    def __init__(self) -> None:
        self._buckets: list[array[int] | None] = [None] * _BUCKETS

    def first(self, key: str | int, number: int) -> int:
        """Return the number of a key, or 0: then it is this number from now on."""
        hashed = hash(key) & _WHOLE | _TOP
        bucket = self._buckets[hashed & _LOW]
        if bucket is None:
            self._buckets[hashed & _LOW] = array("Q", (hashed, number))
        elif hashed in bucket:
            return bucket[bucket.index(hashed) + 1]
        else:
            bucket.append(hashed)
            bucket.append(number)
        return 0

    def get(self, key: str | int) -> int:
        """Return the number of a key, 0 where there is none."""
        hashed = hash(key) & _WHOLE | _TOP
        bucket = self._buckets[hashed & _LOW]
        if bucket is None or hashed not in bucket:
            return 0
        return bucket[bucket.index(hashed) + 1]


class NewLines:
    """The lines that new subscribers come from: four bytes for each.

    Their numbers mostly follow one another, and are not kept.
    """

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._runs: list[array[int]] = []

    def add(self, number: int, line: int) -> None:
        """Note the line of a subscriber, who has none yet."""
        at = bisect_right(self._firsts, number) - 1
        if at >= 0 and number == self._firsts[at] + len(self._runs[at]):
            self._runs[at].append(line)
        else:
            self._firsts.insert(at + 1, number)
            self._runs.insert(at + 1, array("I", (line,)))

    def get(self, number: int) -> int:
        """Return the line of a subscriber, 0 where there is none."""
        at = bisect_right(self._firsts, number) - 1
        if at < 0:
            return 0
        run, place = self._runs[at], number - self._firsts[at]
        return run[place] if place < len(run) else 0


class PersonLines:
    """The lines of people whom a list has given, found again as by `PersonIndex`."""

    def __init__(self) -> None:
        self._emails = HashedLines()
        # Twice the line, and one more of whom the list gives no email address.
        self._others = HashedLines()

    def first(self, keys: PersonKeys, reference: str, line: int) -> int:
        """Return the line of the same person, or 0: then this line is theirs.

        By the list's own reference, else as people are known; two with different
        email addresses are never the same.
        """
        if keys.email and not (keys.post or keys.phone or reference):
            return self._emails.first(keys.email, line)
        if earlier := self._find(keys, reference):
            return earlier
        if keys.email and (earlier := self._emails.first(keys.email, line)):
            return earlier
        for name in self._names(keys, reference):
            self._others.first(name, line << 1 | (not keys.email))
        return 0

    def _find(self, keys: PersonKeys, reference: str) -> int:
        get = self._others.get
        if reference and (number := get(f"reference:{reference}")):
            return number >> 1
        if keys.email and (line := self._emails.get(keys.email)):
            return line
        for name in self._names(keys):
            number = get(name)
            if number and (number & 1 or not keys.email):
                return number >> 1
        return 0

    def _names(self, keys: PersonKeys, reference: str = "") -> list[str]:
        names = [f"post:{keys.post}"] if keys.post else []
        if keys.phone:
            names.append(f"phone:{keys.phone}")
        if reference:
            names.append(f"reference:{reference}")
        return names
