"""A user's own scene travels to another process, or another machine."""

import importlib
import pickle
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from manim import Scene

from attnviz.errors import InputError
from attnviz.render.scenes.scene_file import bundled, settings, unbundled
from attnviz.render.scenes.scene_folder import close_folders
from tests.film.scenes_written import ONE, folder, loaded, write

__all__ = ["folder"]  # the tests' own
pytestmark = pytest.mark.usefixtures("folder")


TRAVELLER = """
from manim import Scene
import helpers
from parts import near
class Talk(Scene):
    def words(self):
        from parts.deep import WORD
        return helpers.WORD + near.WORD + WORD
"""


@pytest.fixture
def traveller():
    write("talks/helpers.py", "WORD = '猫'\n")
    write("talks/parts/__init__.py", "")
    write("talks/parts/near.py", "WORD = 'cat'\n")
    write("talks/parts/deep.py", "WORD = 'dog'\n")
    write("talks/unused.py", "1 / 0\n")
    return loaded("talks/my talk.py", TRAVELLER)


def names(scene):
    return [name for name, _ in bundled(scene).files]


def test_a_bundle_has_the_scene_s_file_first_and_then_what_it_imported(traveller):
    before = names(traveller)
    traveller.words(None)

    assert before == ["my talk.py", "helpers.py", "parts/__init__.py", "parts/near.py"]
    assert names(traveller) == [
        "my talk.py",
        "helpers.py",
        "parts/__init__.py",
        "parts/deep.py",
        "parts/near.py",
    ]


def test_a_bundle_holds_what_was_run_even_if_it_was_edited_since(traveller):
    write("talks/my talk.py", "1 / 0\n")

    assert dict(bundled(traveller).files)["my talk.py"] == TRAVELLER.encode()


def test_what_was_there_before_is_not_bundled(folder, monkeypatch):
    monkeypatch.syspath_prepend(str(folder))
    write("library_of_a_clone.py", "")
    library = importlib.import_module("library_of_a_clone")

    scene = loaded("talk.py", "import library_of_a_clone\n" + ONE)

    assert names(scene) == ["talk.py"]
    close_folders()
    assert sys.modules["library_of_a_clone"] is library


def test_what_is_installed_in_the_folder_is_not_bundled(folder, monkeypatch):
    write(folder / ".venv/lib/installed_in_it.py", "")
    monkeypatch.syspath_prepend(str(folder / ".venv/lib"))

    scene = loaded("talk.py", "import installed_in_it\n" + ONE)

    assert names(scene) == ["talk.py"]


def test_a_digest_is_that_of_the_contents_and_of_the_scene():
    text = "import helpers\n" + ONE + "class Other(Scene): pass\n"

    def digest(folder, word, name="Talk", text=text):
        write(f"{folder}/helpers.py", f"WORD = {word!r}\n")
        return bundled(loaded(f"{folder}/talk.py", text, name)).digest

    first = digest("one", "cat")
    assert digest("two", "cat") == first
    others = [
        digest("three", "a cat"),
        digest("four", "cat", "Other"),
        digest("five", "cat", text=text + "# more\n"),
    ]
    assert len({first, *others}) == 4


def test_a_bundle_is_the_same_scene_in_the_process_it_comes_from(traveller):
    bundle = bundled(traveller)
    loaded("other/talk.py", "import sys\n" + ONE)

    assert unbundled(bundle) is traveller
    assert traveller.words(None) == "猫catdog"


def test_a_class_that_was_not_loaded_from_a_file_has_no_bundle():
    with pytest.raises(ValueError, match="was not loaded from a file"):
        bundled(Scene)


def test_a_class_of_a_file_that_was_loaded_again_has_no_bundle():
    former = loaded("talk.py")
    loaded("talk.py")

    with pytest.raises(ValueError, match="was loaded again since"):
        settings(former)


ELSEWHERE = """
import inspect, pickle, sys
from pathlib import Path
from attnviz.render.scenes.scene_file import bundled, settings, unbundled
def run(path):
    bundle = pickle.loads(Path(path).read_bytes())
    scene = unbundled(bundle)
    assert unbundled(bundle) is scene
    assert pickle.loads(pickle.dumps(scene)) is scene
    print(scene.words(None).encode().hex(), inspect.getfile(scene), sep="\\n", flush=True)
    assert bundled(scene) == bundle
"""


@pytest.mark.parametrize("child", [False, True])
def test_a_bundle_runs_without_the_disk_it_comes_from_and_leaves_nothing(traveller, child):
    traveller.words(None)
    Path("bundle").write_bytes(pickle.dumps(bundled(traveller)))
    shutil.rmtree("talks")
    write("elsewhere.py", ELSEWHERE)
    call = (
        "multiprocessing.get_context('spawn').Process(target=run, args=('bundle',)).start()"
        if child
        else "run('bundle')"
    )
    program = f"import multiprocessing; from elsewhere import run\n{call}\n"

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert said.stderr == ""
    words, file = said.stdout.splitlines()
    assert bytes.fromhex(words).decode() == "猫catdog"
    assert Path(file).name == "my talk.py"
    assert not Path(file).parent.exists()


def test_a_bundle_that_cannot_run_here_says_why(folder, monkeypatch):
    write(folder / "installed/only_there.py", "")
    with monkeypatch.context() as there:
        there.syspath_prepend(str(folder / "installed"))
        bundle = bundled(loaded("talks/talk.py", "import only_there\n" + ONE))
        close_folders()
        del sys.modules["only_there"]
    # As another process sees it, which has not made it.
    moved = replace(bundle, digest="elsewhere")

    with pytest.raises(InputError, match=r"^talk\.py:1: imports only_there, which is not here"):
        unbundled(moved)
