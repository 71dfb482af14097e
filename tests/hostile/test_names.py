"""Names that look like addresses, that are not UTF-8, that hold a NUL: files, and nothing else."""

import socket
import wave
from pathlib import Path

import av
import pytest

from attnviz.errors import InputError, OutputError
from attnviz.library.files import write_bytes
from attnviz.render.video.container import UNDETERMINED, assemble
from attnviz.render.video.sound import check_sound
from attnviz.views.film.video.embedded_spec import read_spec
from tests.render.footage import segment


@pytest.fixture
def port():
    """The port of a server that must not be called."""
    server = socket.create_server(("127.0.0.1", 0))
    server.setblocking(False)
    yield server.getsockname()[1]
    with pytest.raises(BlockingIOError):
        server.accept()
    server.close()


@pytest.fixture
def work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("read", [check_sound, read_spec])
@pytest.mark.parametrize(
    "name",
    [
        "http://127.0.0.1:{}/a.mp4",
        "http:/127.0.0.1:{}/a.mp4",
        "https://127.0.0.1:{}/a.mp4",
        "tcp:127.0.0.1:{}",
        "tcp://127.0.0.1:{}",
        "rtmp://127.0.0.1:{}/a",
        "rtsp://127.0.0.1:{}/a",
        "ftp://127.0.0.1:{}/a.mp4",
        "concat:http://127.0.0.1:{}/a.mp4",
        "crypto:http://127.0.0.1:{}/a.mp4",
        "async:http://127.0.0.1:{}/a.mp4",
        "pipe:0",
        "data:audio/wav;base64,AAAA",
        "a\0.mp4",
        "\udcff.mp4",
        "n" * 300 + ".mp4",
    ],
)
def test_an_address_is_the_name_of_a_file_that_is_not_there(work, port, read, name):
    with pytest.raises(InputError, match=r"no such file|too long"):
        read(Path(name.format(port)))


@pytest.mark.parametrize("read", [check_sound, read_spec])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:{}/a.ts\n"),
        ("a.mp4", "ffconcat version 1.0\nfile http://127.0.0.1:{}/a.ts\n"),
        ("a.ffconcat", "ffconcat version 1.0\nfile http://127.0.0.1:{}/a.ts\n"),
        ("a.wav", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {} RTP/AVP 0\n"),
    ],
)  # fmt: skip
def test_a_file_that_lists_addresses_opens_none_of_them(work, port, read, name, text):
    Path(name).write_text(text.format(port))
    with pytest.raises(InputError, match="can be read"):
        read(Path(name))


NAMES = ["talk: 1", "http:a", "file:a", "-a", "a%20b", "a?b#c", "\udcff", "猫", "a\nb", "\x1b[31m"]


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_of_any_name_is_read(work, name):
    with wave.open(f"./{name}.wav", "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(1600))
    assert check_sound(Path(f"{name}.wav")) == pytest.approx(0.1)


@pytest.mark.parametrize("name", NAMES)
def test_a_film_of_any_name_is_written_and_read(work, name):
    part, film = Path(f"part {name}.mp4"), Path(f"{name}.mp4")
    part.write_bytes(segment([(1, 5)]))
    assemble(
        [part], film, chapters=[], tracks=[], title="", description="", encoding_tool="",
        comment='{"schema": "attnviz.film/1"}', language=UNDETERMINED,
    )  # fmt: skip
    assert read_spec(film) == '{"schema": "attnviz.film/1"}'
    with film.open("rb") as data, av.open(data) as opened:
        assert len(list(opened.decode(video=0))) == 5


def test_a_name_with_a_nul_is_refused(work):
    with pytest.raises(OutputError, match=r"^a\\x00\.md cannot be written: no file has a NUL"):
        write_bytes("a\0.md", b"")
    assert list(work.iterdir()) == []
