"""A film is put together, and read back with FFmpeg's own demuxers and decoders."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from attnviz.errors import InputError
from attnviz.render.video.captions import TimedCaption
from attnviz.render.video.container import ChapterMark, Track, TrackLanguage, assemble
from attnviz.views.film.video.embedded_spec import packed, poster, read_spec

FPS = 15
WIDTH, HEIGHT = 64, 48
EN, ZH = TrackLanguage("eng", "English"), TrackLanguage("zho", "中文")
SPEC = '{"schema": "attnviz.film/1", "chapters": []}'
ENGLISH = (
    TimedCaption(0.5, 1.2, "Each key is compared.\nOne dot product a key: q < k & so on."),
    TimedCaption(1.2, 2.0, "Then it is scaled."),
    TimedCaption(3.0, 9.0, "And the rest."),
)
CHINESE = (
    TimedCaption(0.0, 1.0, "每个键都比较一次。\n点积越大，越相似。"),
    TimedCaption(1.5, 2.5, "再缩放。"),
)


def part(path: Path, shades: list[int], fps: int = FPS, width: int = WIDTH) -> Path:
    """A film as manim encodes one, of a frame for each shade of grey."""
    with av.open(path, "w") as film:
        stream = film.add_stream("libx264", rate=fps, options={"crf": "23"})
        stream.width, stream.height, stream.pix_fmt = width, HEIGHT, "yuv420p"
        for i, shade in enumerate(shades):
            pixels = np.full((HEIGHT, width, 3), shade, np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = i, Fraction(1, fps)
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return path


SHADES = ([10 * i for i in range(20)], [250], [200, 60], [5 * i for i in range(41)])
LENGTH = sum(map(len, SHADES))
SECONDS = LENGTH / FPS


@pytest.fixture(scope="module")
def parts(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("parts")
    return [part(folder / f"{i}.mp4", shades) for i, shades in enumerate(SHADES)]


@pytest.fixture
def make(parts, tmp_path):
    """Assembles the parts, with what a test asks to be otherwise."""

    def assembled(**asked) -> Path:
        plain = {
            "chapters": [],
            "tracks": [],
            "title": "t",
            "description": "d",
            "encoding_tool": "a tool 1",
        }
        target = tmp_path / "film.mp4"
        assemble(parts, target, **(plain | {"comment": SPEC, "language": EN} | asked))
        return target

    return assembled


def shades_of(path: Path) -> list[float]:
    with av.open(path) as film:
        return [float(f.to_ndarray(format="gray").mean()) for f in film.decode(video=0)]


def test_the_parts_follow_each_other_frame_by_frame(make):
    shades = shades_of(make(chapters=[ChapterMark("a", 0, 1)], tracks=[Track(EN, ENGLISH)]))

    expected = [shade for each in SHADES for shade in each]
    assert len(shades) == LENGTH
    assert np.abs(np.subtract(shades, expected)).max() < 25


def test_every_frame_lasts_as_long_as_every_other_and_none_is_missing_in_time(make):
    with av.open(make()) as film:
        stream = film.streams.video[0]
        packets = [each for each in film.demux(stream) if each.pts is not None]
        unit = stream.time_base
        shown = sorted(each.pts * unit for each in packets)
        sent = [each.dts for each in packets]

        assert shown == [Fraction(i, FPS) for i in range(LENGTH)]
        assert {each.duration * unit for each in packets} == {Fraction(1, FPS)}
        assert sent == sorted(set(sent))
        assert stream.average_rate == FPS
        assert film.duration == pytest.approx(SECONDS * av.time_base, abs=1000)


def test_nothing_is_encoded_again(make, parts):
    def pictures(path):
        with av.open(path) as film:
            return [bytes(each) for each in film.demux(video=0) if each.size]

    assert pictures(make()) == [each for path in parts for each in pictures(path)]


def test_it_can_be_played_before_the_whole_is_there(make):
    data = make(tracks=[Track(EN, ENGLISH)]).read_bytes()

    assert data.index(b"moov") < data.index(b"mdat")


def test_the_same_parts_give_the_same_bytes(make):
    asked = {"tracks": [Track(ZH, CHINESE)], "chapters": [ChapterMark("a", 0, 2)]}

    assert make(**asked).read_bytes() == make(**asked).read_bytes()


def test_parts_of_other_settings_are_a_mistake_that_is_found_before_anything_is_written(
    parts, tmp_path
):
    target = tmp_path / "film.mp4"
    nothing = {
        "chapters": [],
        "tracks": [],
        "title": "",
        "description": "",
        "comment": SPEC,
        "encoding_tool": "",
    }

    for other in (
        part(tmp_path / "wide.mp4", [1, 2], width=80),
        part(tmp_path / "quick.mp4", [1, 2], fps=60),
    ):
        with pytest.raises(ValueError, match=r"encoded otherwise than .*0\.mp4"):
            assemble([parts[0], other], target, language=EN, **nothing)
        assert not target.exists()


def test_chapters_are_where_they_were_put_with_their_names_in_either_language(make):
    path = make(chapters=[ChapterMark("Scores: q · k", 0, 1.2), ChapterMark("打分", 1.2, SECONDS)])

    with av.open(path) as film:
        found = [
            (c["metadata"]["title"], float(c["start"] * c["time_base"])) for c in film.chapters()
        ]
        ends = [float(c["end"] * c["time_base"]) for c in film.chapters()]

    assert found == [("Scores: q · k", 0.0), ("打分", pytest.approx(1.2, abs=1e-3))]
    assert ends == pytest.approx([1.2, SECONDS], abs=1e-3)


def test_chapters_of_an_hour_stay_whole_beside_a_cover_and_sound(make, parts, recording):
    path = make(
        chapters=[ChapterMark("long", 0, 3600)],
        poster=poster(parts[0], 0),
        sound=recording(1.0),
    )

    with av.open(path) as film:
        (chapter,) = film.chapters()
        assert chapter["end"] * chapter["time_base"] == 3600


@dataclass(frozen=True)
class Shown:
    start: float
    end: float
    text: str


def subtitles(path: Path, index: int) -> list[Shown]:
    """What a player shows: each sample until the next one, decoded."""
    with av.open(path) as film:
        stream = film.streams.subtitles[index]
        shown = []
        for packet in film.demux(stream):
            if packet.size:
                text = "".join(each.dialogue.decode() for each in packet.decode())
                start = float(packet.pts * stream.time_base)
                shown.append(Shown(start, start + float(packet.duration * stream.time_base), text))
    return shown


def at(shown: list[Shown], seconds: float) -> str:
    return next((each.text for each in shown if each.start <= seconds < each.end), "")


def test_subtitles_come_and_go_at_their_times_line_breaks_and_signs_included(make):
    path = make(tracks=[Track(EN, ENGLISH), Track(ZH, CHINESE)])

    english, chinese = subtitles(path, 0), subtitles(path, 1)
    for said, shown in ((ENGLISH, english), (CHINESE, chinese)):
        for seconds in np.arange(0.01, SECONDS, 0.02):
            wanted = next((each.text for each in said if each.start <= seconds < each.end), "")
            assert at(shown, seconds) == wanted


def test_between_two_captions_a_sample_without_text_clears_the_screen(make):
    shown = subtitles(make(tracks=[Track(EN, ENGLISH)]), 0)

    cleared = [(each.start, each.end) for each in shown if not each.text and each.end > each.start]
    assert (2.0, 3.0) in cleared
    assert not [(start, end) for start, end in cleared if start == 1.2]


def test_the_last_caption_ends_with_the_film(make):
    last = subtitles(make(tracks=[Track(EN, ENGLISH)]), 0)
    texts = [each for each in last if each.text]

    assert texts[-1].end == pytest.approx(SECONDS, abs=2e-3)


def test_tracks_name_their_language_as_mp4_wants_it(make):
    with av.open(make(tracks=[Track(EN, ENGLISH), Track(ZH, CHINESE)], language=ZH)) as film:
        found = [(s.language, s.metadata["handler_name"]) for s in film.streams.subtitles]

        assert found == [("eng", "English"), ("zho", "中文")]
        assert film.streams.video[0].language == "zho"


@pytest.mark.parametrize("shown", [(False, False), (True, False), (False, True)])
def test_a_track_is_shown_by_default_only_if_requested(make, shown):
    tracks = [Track(EN, ENGLISH, shown[0]), Track(ZH, CHINESE, shown[1])]

    with av.open(make(tracks=tracks)) as film:
        found = [bool(s.disposition & 1) for s in film.streams.subtitles]

    assert found == list(shown)
    assert len(shades_of(make(tracks=tracks))) == LENGTH


def test_title_description_maker_and_spec_are_where_players_look(make):
    with av.open(make(title="自注意力", description="Every number.\nTwo lines.")) as film:
        assert film.metadata["title"] == "自注意力"
        assert film.metadata["description"] == "Every number.\nTwo lines."
        assert film.metadata["comment"] == SPEC
        assert film.metadata["encoder"] == "a tool 1"


def test_the_poster_is_the_cover_and_the_film_stays_the_first_picture(make, parts):
    png = poster(parts[3], 1.0)

    with av.open(make(poster=png)) as film:
        picture, cover = film.streams.video
        assert (picture.name, cover.name) == ("h264", "png")
        assert cover.disposition == av.stream.Disposition.attached_pic
        assert next(bytes(each) for each in film.demux(cover)) == png
    assert len(shades_of(make(poster=png))) == LENGTH


@pytest.mark.parametrize(("seconds", "frame"), [(0, 0), (1.0, 15), (1.05, 15), (2.6, 39), (99, 40)])
def test_a_poster_is_the_frame_that_stands_at_that_time(parts, tmp_path, seconds, frame):
    path = tmp_path / "poster.png"

    path.write_bytes(poster(parts[3], seconds))

    with av.open(path) as picture:
        (shown,) = picture.decode(video=0)
    assert (shown.width, shown.height) == (WIDTH, HEIGHT)
    assert shown.to_ndarray(format="gray").mean() == pytest.approx(
        shades_of(parts[3])[frame], abs=3
    )


@pytest.fixture
def recording(tmp_path):
    """A tone of some seconds, in a file."""

    def record(seconds: float, channels: int = 1, rate: int = 22_050) -> Path:
        path = tmp_path / "voice.wav"
        with av.open(path, "w") as sound:
            layout = "mono" if channels == 1 else "stereo"
            stream = sound.add_stream("pcm_s16le", rate=rate, layout=layout)
            wave = np.sin(np.arange(int(seconds * rate)) * 2 * np.pi * 440 / rate) * 20_000
            samples = np.repeat(wave.astype(np.int16), channels)[np.newaxis]
            frame = av.AudioFrame.from_ndarray(samples, format="s16", layout=layout)
            frame.sample_rate = rate
            sound.mux(stream.encode(frame))
            sound.mux(stream.encode(None))
        return path

    return record


def heard(path: Path) -> tuple[np.ndarray, int]:
    """The samples of the first channel, and how many a second."""
    with av.open(path) as film:
        stream = film.streams.audio[0]
        frames = [(f.time, f.to_ndarray()[0]) for f in film.decode(stream)]
        # What stands before zero is the encoder's run-up, which players skip.
        return np.concatenate([each for time, each in frames if time >= 0]), stream.rate


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("seconds", [1.0, 30.0])
def test_sound_is_as_long_as_the_film_cut_or_continued_with_silence(
    make, recording, seconds, channels
):
    path = make(sound=recording(seconds, channels), tracks=[Track(EN, ENGLISH)], language=ZH)

    with av.open(path) as film:
        stream = film.streams.audio[0]
        assert (stream.name, stream.channels, stream.language) == ("aac", channels, "zho")
        assert float(stream.duration * stream.time_base) == pytest.approx(SECONDS, abs=0.03)
        assert film.duration / av.time_base == pytest.approx(SECONDS, abs=0.03)
    samples, rate = heard(path)
    loud = np.abs(samples) > 0.05
    assert loud[int(0.2 * rate) : int(0.8 * rate)].mean() > 0.8
    assert loud[int(1.2 * rate) : int(3.5 * rate)].mean() == pytest.approx(
        0 if seconds == 1 else 0.94, abs=0.06
    )


def silent(path: Path) -> None:
    part(path, [1, 2, 3])


def words(path: Path) -> None:
    path.write_text("hello")


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (None, "voice.mp4: no such file: give a sound file"),
        (words, "voice.mp4 is no sound that can be read (invalid data found when processing"),
        (silent, "voice.mp4 holds no sound: give a .wav, .mp3 or .m4a"),
    ],
)
def test_sound_that_cannot_be_read_is_refused_in_one_line(make, tmp_path, write, says):
    path = tmp_path / "voice.mp4"
    if write:
        write(path)

    with pytest.raises(InputError) as caught:
        make(sound=path)

    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("length", [0, 40_000, 3_000_000])
def test_a_spec_comes_back_as_it_was_however_long_it_is(make, length):
    spec = '{"schema": "attnviz.film/1", "w": "' + "0.123 猫" * (length // 7) + '"}'

    path = make(comment=packed(spec))

    assert read_spec(path) == spec
    assert length < 1000 or path.stat().st_size < length / 5


def test_a_film_that_was_not_made_here_is_refused_with_a_cure(parts):
    with pytest.raises(InputError, match=r"0\.mp4 was not made by attnviz render, or before it"):
        read_spec(parts[0])


def cut_short(path: Path, whole: bytes) -> None:
    path.write_bytes(whole[:100])


def packed_badly(path: Path, whole: bytes) -> None:
    path.write_bytes(whole.replace(b"zlib;base64,eJ", b"zlib;base64,AA"))


def packed_in_other_letters(path: Path, whole: bytes) -> None:
    path.write_bytes(whole.replace(b"zlib;base64,eJ", b"zlib;base64,**"))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (cut_short, "film.mp4 holds no picture: give an .mp4 that attnviz render made"),
        (packed_badly, "film.mp4 is damaged where it says what made it: render it again"),
        (packed_in_other_letters, "film.mp4 is damaged where it says what made it: render it"),
    ],
)
def test_a_damaged_film_is_refused_in_one_line(make, damage, says):
    path = make(comment=packed('{"schema": "attnviz.film/1"' + " " * 40_000))
    damage(path, path.read_bytes())

    with pytest.raises(InputError) as caught:
        read_spec(path)

    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_film_is_refused(tmp_path, recording):
    (tmp_path / "a.mp4").write_text("hello")

    with pytest.raises(InputError, match=r"missing\.mp4: no such file: give a film that attnviz"):
        read_spec(tmp_path / "missing.mp4")
    with pytest.raises(InputError, match=r"a\.mp4 is no film that can be read \(invalid data"):
        read_spec(tmp_path / "a.mp4")
    with pytest.raises(InputError, match=r"is no film that can be read \(is a directory\)"):
        read_spec(tmp_path)
    with pytest.raises(InputError, match=r"voice\.wav holds no picture: give an \.mp4"):
        read_spec(recording(0.1))


def test_frames_that_stand_a_little_short_in_a_part_do_not_add_up_to_a_drift(tmp_path):
    uneven = tmp_path / "uneven.mp4"
    whole = part(tmp_path / "whole.mp4", list(range(0, 250, 5)))
    with av.open(whole) as source, av.open(uneven, "w") as film:
        stream = film.add_stream_from_template(source.streams.video[0], opaque=True)
        for packet in source.demux(video=0):
            if packet.pts is not None:
                packet.dts -= 5 * (packet.dts // 10_240)
                packet.pts -= 5 * (packet.pts // 10_240)
                packet.stream = stream
                film.mux(packet)
    target = tmp_path / "film.mp4"

    nothing = {
        "chapters": [],
        "tracks": [],
        "title": "",
        "description": "",
        "comment": SPEC,
        "encoding_tool": "",
    }
    assemble([uneven, whole], target, language=EN, **nothing)

    assert len(set(steps_of(uneven))) > 1
    assert set(steps_of(target)) == {Fraction(1, FPS)}
    assert shades_of(target) == shades_of(whole) * 2


def steps_of(path: Path) -> list[Fraction]:
    """From each frame to the next, in seconds."""
    with av.open(path) as film:
        times = sorted(p.pts * p.time_base for p in film.demux(video=0) if p.pts is not None)
    return [later - sooner for sooner, later in pairwise(times)]
