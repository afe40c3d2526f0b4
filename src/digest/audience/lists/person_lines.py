"""On which line of a list somebody stood, for millions of people in little memory.

A dictionary of the same would hold two hundred bytes for each; this holds sixteen: of
each key its hash, and the line. Two keys of one hash among a million are as likely as
one in ten million million.
"""

from array import array

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


class PersonLines:
    """The lines of people whom a list has given, found again as by `PersonIndex`."""

    def __init__(self) -> None:
        self._emails = HashedLines()
        self._others = HashedLines()

    def first(self, keys: PersonKeys, reference: str, line: int) -> int:
        """Return the line of the same person, or 0: then this line is theirs.

        By the list's own reference, else as people are known; two with different
        email addresses are never the same.
        """
        others = self._names(keys, reference)
        if others and (earlier := self._find(keys, reference)):
            return earlier
        if keys.email and (earlier := self._emails.first(keys.email, line)):
            return earlier
        for name in others:
            self._others.first(name, line)
        return 0

    def _find(self, keys: PersonKeys, reference: str) -> int:
        get = self._others.get
        if reference and (line := get(f"reference:{reference}")):
            return line
        alone = ""
        if keys.email:
            if line := self._emails.get(keys.email):
                return line
            alone = " alone"
        if keys.post and (line := get(f"post{alone}:{keys.post}")):
            return line
        return get(f"phone{alone}:{keys.phone}") if keys.phone else 0

    def _names(self, keys: PersonKeys, reference: str) -> list[str]:
        names = []
        for kind, key in (("post", keys.post), ("phone", keys.phone)):
            if key:
                names.append(f"{kind}:{key}")
                if not keys.email:
                    names.append(f"{kind} alone:{key}")
        if reference:
            names.append(f"reference:{reference}")
        return names
