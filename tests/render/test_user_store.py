"""The store of the user, and the limit that was saved for it."""

import pytest

from attnviz.render.store import (
    DEFAULT_LIMIT,
    Store,
    save_limit,
    unchecked_user_store,
    user_store,
)


def test_the_store_of_the_user_is_in_the_folder_for_caches(home):
    store = user_store()

    assert store == Store(home / "attnviz" / "segments", DEFAULT_LIMIT)


def test_to_look_at_the_store_of_the_user_makes_nothing(home):
    assert unchecked_user_store() == Store(home / "attnviz" / "segments", DEFAULT_LIMIT)
    assert not home.exists()


def test_without_a_folder_that_can_be_written_there_is_no_store(home):
    home.write_text("no folder")

    assert user_store() is None
    with pytest.raises(OSError, match="attnviz"):
        save_limit(5)


def test_a_saved_limit_is_kept(home):
    save_limit(500)
    assert user_store() == Store(home / "attnviz" / "segments", 500)

    save_limit(0)
    assert user_store() is None
    assert unchecked_user_store().limit == 0


@pytest.mark.parametrize("spoilt", [b"", b"much", b"-5", b"\xff", b"9" * 5000])
def test_a_limit_that_cannot_be_read_is_the_default(home, spoilt):
    save_limit(500)
    (path,) = (path for path in home.rglob("*") if path.is_file())
    path.write_bytes(spoilt)

    assert unchecked_user_store().limit == DEFAULT_LIMIT
