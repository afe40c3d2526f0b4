"""Who holds a lease, and who of them has certainly ended."""

from digest.deliver.sending.lease_owner import has_ended, owning


def test_only_of_a_process_of_this_machine_can_it_be_certain_that_it_has_ended() -> (
    None
):
    with owning() as mine:
        assert not has_ended(mine)
    here, pid, nonce, number = mine.split("/")

    assert has_ended(mine), "came to its end"
    assert not has_ended(f"elsewhere/{pid}/other/{number}")
    assert not has_ended(f"{here}/1/{nonce}/{number}")
    assert not has_ended("nonsense")
    assert has_ended(f"{here}/{pid}/other/{number}"), "had our number before us"
    assert has_ended(f"{here}/999999999/{nonce}/{number}")
