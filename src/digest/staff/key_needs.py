"""What still needs a secret key, in words: whether it may go."""

from digest.model.secret_keys import SecretKeys
from digest.model.staff_words import counted, moment_in_words
from digest.store.staff.secret_keys import KeyUse


def standing_in_words(use: KeyUse) -> str:
    """Return whether a key is the newest, held from before, or held no more."""
    if use.is_newest:
        return "newest"
    return "earlier" if use.is_held else "not held"


def needs_in_words(use: KeyUse, zone: str) -> str:
    """Return what only this key opens, and what it alone is known by."""
    needs = [
        "all suppressions" if use.hashes else "",
        counted(use.second_steps, "second step", "second steps"),
        counted(use.webhooks, "secret of a webhook", "secrets of webhooks"),
        counted(use.recovery_codes, "code on paper", "codes on paper"),
        _links(use, zone),
    ]
    amounts = use.hashes, use.second_steps, use.webhooks, use.recovery_codes, use.emails
    words = [need for need, amount in zip(needs, amounts, strict=True) if amount]
    return "; ".join(words) or "nothing"


def faults_in_words(
    uses: list[KeyUse], keys: SecretKeys, unopened: tuple[int, int]
) -> str:
    """Return what is sealed and cannot be opened, with its cure; "" of nothing."""
    steps, hooks = unopened
    lost = [use.key_id for use in uses if not use.is_held and use.hashes]
    faults = [
        f"no key held is {lost[0]}, which all suppressions need" if lost else "",
        f"{counted(steps, 'second step', 'second steps')} cannot be opened: take "
        "them from their people with digest users link EMAIL --lost-second-step"
        if steps
        else "",
        f"{counted(hooks, 'secret of a webhook', 'secrets of webhooks')} cannot be "
        "opened: digest webhook rotate NAME"
        if hooks
        else "",
    ]
    words = "; ".join(fault for fault in faults if fault)
    if not words:
        return ""
    return (
        f"{words}. Or name the key that did it in DIGEST_SECRET_KEY_FALLBACKS, beside "
        f"{', '.join(keys.ids)}"
    )


def _links(use: KeyUse, zone: str) -> str:
    if use.last_email_at is None:
        return ""
    emails = counted(use.emails, "email", "emails")
    return f"links in {emails}, the last {moment_in_words(use.last_email_at, zone)}"
