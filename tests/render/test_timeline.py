"""Plays are cut into segments, and segments shared out as ranges."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.render.drawing.timeline import Cutter, Play, Segment, ranges, segmented

FPS = 10


def move(frames: int = 10, key: str | None = "m", moving: int = 0) -> Play:
    return Play(frames, key, still=False, moving=moving)


def hold(frames: int = 10, key: str | None = "h") -> Play:
    return Play(frames, key, still=True)


plays = st.lists(
    st.builds(
        Play,
        frames=st.integers(0, 60),
        key=st.none() | st.sampled_from("abc"),
        still=st.booleans(),
        moving=st.integers(0, 300),
    ),
    max_size=30,
)


def numbers(segments) -> list[range]:
    return [range(each.first, each.end) for each in segments]


def test_a_segment_ends_after_a_still_play():
    assert numbers(segmented([move(), move(), hold(), move(), hold(), move()], FPS)) == [
        range(3),
        range(3, 5),
        range(5, 6),
    ]


def test_what_moves_for_long_is_parted_too_and_keeps_what_stands_after_it():
    two_seconds = [move(15), move(5)]

    assert numbers(segmented([*two_seconds, *two_seconds, hold(), move(50), move(1)], FPS)) == [
        range(2),
        range(2, 5),
        range(5, 6),
        range(6, 7),
    ]


def test_plays_without_frames_begin_and_end_no_segment():
    nothing = replace(hold(), frames=0)

    told = segmented([nothing, move(), nothing, move(), hold(), nothing, nothing], FPS)

    assert numbers(told) == [range(1, 5)]
    assert segmented([nothing, nothing], FPS) == segmented([], FPS) == ()


@given(plays)
def test_every_frame_is_in_one_segment_and_in_its_order(told):
    segments = segmented(told, FPS)

    assert sum(each.frames for each in segments) == sum(each.frames for each in told)
    assert all(one.end <= other.first for one, other in pairwise(segments))
    for each in segments:
        assert each.plays == tuple(told[each.first : each.end])
        assert each.plays[0].frames and each.plays[-1].frames


@given(plays, plays)
def test_after_a_still_play_segments_do_not_depend_on_those_before(one, other):
    """So a change remains where it is."""
    end = [*one, hold()]

    after = segmented([*end, *other], FPS)[len(segmented(end, FPS)) :]

    assert [each.plays for each in after] == [each.plays for each in segmented(other, FPS)]
    assert [each.first - len(end) for each in after] == [e.first for e in segmented(other, FPS)]


@given(plays)
def test_a_cutter_returns_a_segment_as_soon_as_it_ends(told):
    cutter = Cutter(FPS)
    cut = []
    for i, play in enumerate(told):
        segment = cutter.add(play)
        if segment is not None:
            cut.append(segment)
            assert segment.end <= i + 1
            if play.still and play.frames:
                assert segment.end == i + 1
    last = cutter.end()

    assert (*cut, *([] if last is None else [last])) == segmented(told, FPS)
    assert cutter.end() is None


def test_the_key_of_a_segment_depends_on_every_play_their_order_and_their_frames():
    segment = Segment(3, (move(), hold()))
    others = (
        Segment(3, (move(key="n"), hold())),
        Segment(3, (hold(), move())),
        Segment(3, (move(11), hold())),
        Segment(3, (move(),)),
        Segment(3, (move(), hold(), hold())),
    )

    assert len({each.key for each in (segment, *others)}) == 1 + len(others)


def test_the_key_of_a_segment_depends_on_nothing_else():
    segment = Segment(3, (move(), hold()))

    assert replace(segment, first=9).key == segment.key
    assert Segment(3, (move(moving=70), hold())).key == segment.key
    assert Segment(3, (move(), move(0, key="x"), hold())).key == segment.key


def test_a_segment_with_a_play_that_cannot_be_hashed_has_no_key():
    assert Segment(0, (move(key=None), hold())).key is None
    assert Segment(0, (move(), hold(key=None))).key is None
    assert Segment(0, (move(), move(0, key=None), hold())).key is not None


def test_what_moves_more_and_longer_takes_more_effort_and_what_stands_does_not():
    assert move(0).effort == hold(0).effort == 0
    assert hold(1).effort == hold(1000).effort > 0
    assert move(10).effort < move(20).effort < move(20, moving=100).effort
    segment = Segment(0, (move(), hold()))
    assert segment.effort == move().effort + hold().effort


def of_effort(counts) -> list[Segment]:
    """Segments that take so many times as long as the shortest."""
    return [Segment(i, (hold(),) * count) for i, count in enumerate(counts)]


@given(st.lists(st.integers(1, 40), max_size=30), st.floats(0.01, 3))
def test_ranges_hold_every_segment_in_order_and_are_about_as_large_as_given(counts, effort):
    segments = of_effort(counts)

    shared = ranges(segments, effort)

    assert [each for part in shared for each in part.segments] == segments
    for part in shared:
        *others, last = part.segments
        # it ends with the segment that brings it nearest
        assert sum(each.effort for each in others) <= effort
        assert part.effort == pytest.approx(sum(each.effort for each in part.segments))
        assert part.effort <= effort + last.effort / 2 or not others


def test_a_segment_that_is_larger_than_a_range_stands_alone():
    segments = of_effort([1, 100, 1])

    assert [len(each.segments) for each in ranges(segments, segments[0].effort)] == [1, 1, 1]
    assert ranges([], 1.0) == []


def test_everything_in_one_range_if_it_may_be_large():
    segments = of_effort([3, 1, 4, 1, 5])

    (whole,) = ranges(segments, 100.0)

    assert whole.segments == tuple(segments)
    assert whole.effort == pytest.approx(sum(each.effort for each in segments))


def test_a_segment_moves_up_to_the_frames_with_which_it_stands_to_its_end():
    assert Segment(3, (move(4), hold(9), move(0), move(5), move(0), hold(7), hold(1))).moving == 18
    assert Segment(3, (hold(7),)).moving == 0
    assert Segment(3, (hold(7), move(2))).moving == 9
