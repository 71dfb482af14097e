"""A length of time is taken as people write it."""

import click
import pytest

from attnviz.cli.render.duration import Duration


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("90s", 90),
        ("90", 90),
        ("1m30s", 90),
        ("1m30", 90),
        ("1:30", 90),
        ("01:30.5", 90.5),
        ("2m", 120),
        ("2min", 120),
        ("1h", 3600),
        ("1h2m3s", 3723),
        ("1:02:03", 3723),
        ("90:00", 5400),
        ("12.5S", 12.5),
        (" 90s ", 90),
        ("24h", 86_400),
        ("１：３０", 90),
        ("９０ｓ", 90),
    ],
)
def test_a_time_is_read_as_it_is_meant(written, seconds):
    assert Duration().convert(written, None, None) == seconds


@pytest.mark.parametrize(
    "written",
    [
        *("", " ", "0", "0s", "0:00", "-1", "-1:30", "abc", "90x", "1:3", "1:99", "1::30"),
        *("s", "m", ":30", "1e3", "nan", "inf", "1 30", "30s1m", "1,5"),
    ],
)
def test_an_invalid_duration_is_reported_with_valid_ones(written):
    with pytest.raises(click.BadParameter) as refused:
        Duration().convert(written, None, None)

    assert refused.value.message == f"{written!r} is no time: write 90s, 1m30s or 1:30"


@pytest.mark.parametrize("written", ["25h", "86401", "99999999999999999999999s"])
def test_nothing_lasts_longer_than_a_day(written):
    with pytest.raises(click.BadParameter, match="is more than a day: write 90s, 1m30s or 1:30"):
        Duration().convert(written, None, None)
