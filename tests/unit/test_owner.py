"""Who holds a lease, and who of them is known to be gone."""

from digest.deliver.sending.lease_owner import is_gone, owning


def test_only_a_process_known_to_have_ended_is_gone() -> None:
    with owning() as mine:
        assert not is_gone(mine)
    here, pid, nonce, number = mine.split("/")

    assert is_gone(mine), "came to its end"
    assert not is_gone(f"elsewhere/{pid}/other/{number}")
    assert not is_gone(f"{here}/1/{nonce}/{number}")
    assert not is_gone("nonsense")
    assert is_gone(f"{here}/{pid}/other/{number}"), "had our number before us"
    assert is_gone(f"{here}/999999999/{nonce}/{number}")
