"""Films and sounds are files: nothing that a name or a file says makes FFmpeg go to the network."""

import socket
from pathlib import Path

import pytest

from attnviz.errors import InputError
from attnviz.render.video.media import opened
from attnviz.views.film.video.embedded_spec import packed, read_spec
from tests.hostile.small_files import film, spec


@pytest.fixture
def server():
    """A socket that listens, and that nobody must call."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        yield listening
        with pytest.raises(TimeoutError):
            listening.accept()


@pytest.mark.parametrize("scheme", ["http", "tcp", "rtmp", "ftp"])
def test_an_address_is_no_file_and_is_not_called(scheme, server):
    address = f"{scheme}://127.0.0.1:{server.getsockname()[1]}/film.mp4"

    with pytest.raises(InputError, match="no such file: give one"):
        opened(Path(address), "film", missing="give one", cure="give a film")


@pytest.mark.parametrize("name", ["list.m3u8", "list.mp4", "list.ffconcat"])
def test_a_list_of_addresses_is_not_followed(name, server, tmp_path):
    address = f"http://127.0.0.1:{server.getsockname()[1]}/a.ts"
    head = (
        f"ffconcat version 1.0\nfile '{address}'\n"
        if name.endswith("ffconcat")
        else f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{address}\n#EXT-X-ENDLIST\n"
    )
    (tmp_path / name).write_text(head)

    with pytest.raises(InputError, match="is no film that can be read"):
        opened(tmp_path / name, "film", missing="give one", cure="give a film")


@pytest.mark.parametrize("name", ["talk: 1.mp4", "http:film.mp4", "-film.mp4", "film %d.mp4"])
def test_a_file_is_opened_whatever_its_name_looks_like(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    film(tmp_path / "film.mp4", packed(spec())).rename(tmp_path / name)

    assert read_spec(type(tmp_path)(name)) == spec()
