"""What is kept for how long, removed when a test says so."""

from digest.bootstrap import App


def removed(digest: App, name: str) -> int:
    """Remove what is over its time of one kind; return how much that was."""
    [kind] = [each for each in digest.retention.kinds if each.name == name]
    return digest.retention.apply(kind)


def overdue(digest: App) -> dict[str, int]:
    """Return how much of each kind is over its time, where any is."""
    findings = digest.retention.findings()
    return {each.kind.name: each.amount for each in findings if each.amount}
