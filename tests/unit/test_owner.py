"""Who holds a lease, and who of them is known to be gone."""

from digest.deliver.owner import is_gone, new_owner


def test_only_a_process_known_to_have_ended_is_gone() -> None:
    mine = new_owner()
    here, pid, nonce, number = mine.split("/")

    assert not is_gone(mine)
    assert not is_gone(f"elsewhere/{pid}/other/{number}")
    assert not is_gone(f"{here}/1/{nonce}/{number}")
    assert not is_gone("nonsense")
    assert is_gone(f"{here}/{pid}/other/{number}"), "had our number before us"
    assert is_gone(f"{here}/999999999/{nonce}/{number}")
