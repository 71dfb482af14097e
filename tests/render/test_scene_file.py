"""A user's own scene: which arguments name one, and how it is imported."""

import importlib
import random
import subprocess
import sys
from pathlib import Path

import pytest
from manim import ManimColor, Scene, config

from attnviz.errors import InputError
from attnviz.render.scenes.scene_file import SceneFile, load, scene_file, settings
from attnviz.render.scenes.scene_folder import close_folders
from tests.film.scenes_written import ONE, folder, loaded, write

__all__ = ["folder"]  # the tests' own
pytestmark = pytest.mark.usefixtures("folder")


def failure(path, text, name=None):
    with pytest.raises(InputError) as caught:
        loaded(path, text, name)
    assert "\n" not in str(caught.value)
    return caught.value


# which arguments name a scene


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "the cat sat",
        "cat.py is nice",
        "what I wrote is in talk.py",
        "talk.py\nand more.py",
        "talk.py: a film",
        "talk.py:3D",
        ".py",
        ".py:Talk",
        "talk.toml",
        "a note: talk",
    ],
)
def test_words_stay_words(text):
    assert scene_file(text) is None


@pytest.mark.parametrize(
    ("text", "path", "name"),
    [
        ("talk.py:Talk", "talk.py", "Talk"),
        ("talk.py", "talk.py", None),
        ("my first talk.py:Talk", "my first talk.py", "Talk"),
        ("my first talk.py", "my first talk.py", None),
        ("讲 座/注意力.py:讲座", "讲 座/注意力.py", "讲座"),
        ("C:\\talk.py:Talk", "C:\\talk.py", "Talk"),
        ("C:\\talk.py", "C:\\talk.py", None),
        ("a:b.py", "a:b.py", None),
    ],
)
def test_a_python_file_that_is_there_names_a_scene(text, path, name):
    write(path, ONE)

    assert scene_file(text) == SceneFile(Path(path), name)
    assert str(scene_file(text)) == text


@pytest.mark.parametrize("text", ["talk.py", "talk.py:Talk", "my talk.py:Talk", "a" * 5000 + ".py"])
def test_a_file_that_is_missing_is_no_text(text):
    with pytest.raises(InputError, match=r"\.py: no such file: a text that ends in \.py names the"):
        scene_file(text)


def test_a_long_text_that_ends_like_a_file_stays_text():
    assert scene_file("word " * 5000 + "talk.py") is None


def test_a_file_of_nearly_the_missing_name_is_pointed_out():
    write("films/talk.py", ONE)

    with pytest.raises(InputError, match=r"no such file \(did you mean films.talk\.py\?\)"):
        scene_file("films/tlak.py:Talk")


def test_a_folder_is_no_file():
    Path("talk.py").mkdir()

    with pytest.raises(InputError, match=r"^talk\.py is a folder: name a file in it"):
        scene_file("talk.py:Talk")


def test_an_argument_is_judged_without_loading_manim():
    write("talk.py", ONE)
    program = (
        "import sys; from attnviz.render.scenes.scene_file import scene_file\n"
        "print(scene_file('talk.py:Talk'), 'manim' in sys.modules, 'numpy' in sys.modules)"
    )

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert said.stdout.split() == ["talk.py:Talk", "False", "False"]


# which scene of the file


def test_the_only_scene_of_a_file_needs_no_name():
    assert loaded("talk.py").__name__ == "Talk"
    assert issubclass(loaded("talk.py"), Scene)


@pytest.mark.parametrize(
    "path", ["my first talk.py", "讲座/注意力.py", "a.b.py", "讲 座/import.py"]
)
def test_a_file_may_have_any_name(path):
    assert loaded(path, name="Talk").__name__ == "Talk"


def test_a_scene_is_found_by_its_name():
    text = ONE + "class 讲座(Talk):\n    pass\n"

    assert loaded("talk.py", text, "Talk").__name__ == "Talk"
    assert loaded("talk.py", text, "讲座").__name__ == "讲座"


def test_of_several_scenes_one_has_to_be_named():
    error = failure("talk.py", ONE + "class Other(Scene):\n    pass\n")

    assert str(error) == "talk.py has 2 scenes: name one, talk.py:Talk or talk.py:Other"


def test_of_many_scenes_the_file_is_named_once():
    others = "".join(f"class {name}(Scene): pass\n" for name in ("Two", "Three", "Four"))

    error = failure("talk.py", ONE + others)

    assert str(error) == (
        "talk.py has 4 scenes: name one, as in talk.py:Talk. Known: Talk, Two, Three, Four"
    )


def test_a_base_with_an_underscore_does_not_count_as_a_second_scene():
    text = "from manim import *\nclass _Base(Scene): pass\nclass Talk(_Base): pass\n"

    assert loaded("talk.py", text).__name__ == "Talk"
    assert loaded("talk.py", text, "_Base").__name__ == "_Base"


def test_another_name_for_a_scene_makes_no_second_one():
    assert loaded("talk.py", ONE + "Again = Talk\n").__name__ == "Talk"


def test_an_unknown_scene_is_refused_with_the_nearest():
    error = failure("talk.py", ONE, "Tlak")

    assert str(error) == "talk.py: unknown scene 'Tlak': did you mean 'Talk'? Known: Talk"


def test_a_class_that_is_no_scene_is_none():
    error = failure("talk.py", ONE + "class Word(Text): pass\n", "Word")

    assert str(error).startswith("talk.py: unknown scene 'Word'")


@pytest.mark.parametrize("text", ["", "x = 1\n", "from manim import *\n"])
def test_a_file_without_a_scene_says_what_it_lacks(text):
    error = failure("talk.py", text)

    assert str(error) == "talk.py has no scene: write a class in it that extends manim's Scene"


def test_a_scene_that_the_file_only_imports_is_not_the_file_s():
    write("bases.py", ONE.replace("Talk", "Base"))

    error = failure("talk.py", "from bases import Base\nclass Talk(Base):\n    pass\n", "Base")

    assert str(error).startswith("talk.py:Base is not written in that file, but in bases: ")


# how it is imported


def test_modules_beside_the_file_are_found_at_once_and_while_the_scene_runs():
    write("talks/helpers.py", "WORD = 'cat'\n")
    write("talks/parts/deep.py", "WORD = 'dog'\n")

    scene = loaded(
        "talks/talk.py",
        """
        import sys
        from manim import Scene
        import helpers
        FIRST = sys.path[0]
        class Talk(Scene):
            def words(self):
                from parts.deep import WORD
                return helpers.WORD, WORD, FIRST, sys.path[0]
        """,
    )

    here = str(Path("talks").resolve())
    assert scene.words(None) == ("cat", "dog", here, here)


def test_a_module_that_imports_the_file_gets_the_same_one():
    write("helpers.py", "from talk import WORD\ndef said(): return WORD\n")

    scene = loaded(
        "talk.py",
        """
        from manim import Scene
        WORD = object()
        from helpers import said
        class Talk(Scene):
            def same(self): return said() is WORD
        """,
    )

    assert scene.same(None)


def test_a_file_named_like_a_module_hides_nothing():
    scene = loaded(
        "random.py",
        """
        import random
        from manim import Scene
        class Talk(Scene):
            def module(self): return random
        """,
    )

    assert scene.module(None) is random
    assert sys.modules["random"] is random


def test_helpers_of_two_folders_are_not_mixed_up():
    text = "import helpers\n" + ONE + "    word = helpers.WORD\n"
    write("one/helpers.py", "WORD = 'cat'\n")
    write("two/helpers.py", "WORD = 'dog'\n")

    words = [loaded(f"{name}/talk.py", text).word for name in ("one", "two", "one")]

    assert words == ["cat", "dog", "cat"]


def test_a_file_that_was_changed_is_read_anew():
    first = loaded("talk.py", ONE + "    word = 'cat'\n")
    second = loaded("talk.py", ONE + "    word = 'a longer one'\n")

    assert (first.word, second.word) == ("cat", "a longer one")


def test_python_is_as_before_when_the_folder_is_closed():
    write("helpers.py", "import sys; sys.path.append('elsewhere')\n")
    path, modules = sys.path[:], set(sys.modules)

    loaded("talk.py", "import helpers\n" + ONE)
    assert sys.path != path
    close_folders()

    assert sys.path == path
    assert set(sys.modules) == modules


def test_python_is_as_before_when_a_file_fails():
    write("helpers.py", "")
    path, modules = sys.path[:], set(sys.modules)

    failure("talk.py", "import helpers\n" + ONE + "1 / 0\n")

    assert sys.path == path
    assert set(sys.modules) == modules


def test_what_a_file_changes_of_the_configuration_is_kept_apart():
    before = dict(config)

    scene = loaded(
        "talk.py",
        ONE + "config.background_color = '#102030'\nconfig['frame_width'] = 16\n",
    )

    assert {key: each for key, each in config.items() if before[key] != each} == {}
    assert {**settings(scene)} == {
        "background_color": ManimColor("#102030"),
        "frame_width": 16,
    }


def test_a_file_that_fails_changes_nothing_of_the_configuration():
    before = dict(config)

    failure("talk.py", ONE + "config.frame_width = 16\n1 / 0\n")

    assert dict(config) == before


# what is said of a file that cannot be run


def test_a_mistake_in_the_file_is_reported_with_its_line():
    error = failure("talks/talk.py", ONE + "def number():\n    return int('x')\nnumber()\n")

    assert str(error) == (
        f"{Path('talks/talk.py')}:5: ValueError: invalid literal for int() with base 10: 'x': "
        "correct it there; --debug shows the traceback"
    )
    assert isinstance(error.__cause__, ValueError)


def test_a_mistake_beside_the_file_is_reported_with_its_own_line():
    write("talks/parts/deep.py", "\n\nraise RuntimeError('two\\nlines')\n")

    error = failure("talks/talk.py", "import parts.deep\n" + ONE)

    assert str(error).startswith(f"{Path('talks/parts/deep.py')}:3: RuntimeError: two lines: ")


def test_a_mistake_inside_a_library_is_reported_with_the_line_that_called_it():
    error = failure("talk.py", ONE + "\nSquare(side_length='x')\n")

    assert str(error).startswith("talk.py:5: ")


def test_a_mistake_inside_a_library_in_the_folder_is_reported_with_the_line_that_called_it(
    folder, monkeypatch
):
    monkeypatch.syspath_prepend(str(folder))
    write("library_of_a_clone.py", "def divide(): return 1 / 0\n")
    importlib.import_module("library_of_a_clone")

    error = failure("talk.py", "import library_of_a_clone\nlibrary_of_a_clone.divide()\n")

    assert str(error).startswith("talk.py:2: ZeroDivisionError: ")


@pytest.mark.parametrize("beside", [False, True])
def test_a_syntax_error_is_reported_with_its_line(beside):
    broken = "import math\nclass Talk(:\n"
    if beside:
        write("broken.py", broken)

    error = failure("talk.py", "import broken\n" if beside else broken)

    assert str(error) == (
        f"{'broken' if beside else 'talk'}.py:2: invalid syntax: "
        "correct it there; --debug shows the traceback"
    )
    assert isinstance(error.__cause__, SyntaxError)


def test_a_file_that_is_no_text_is_refused():
    Path("talk.py").write_bytes(b"\x89PNG\r\n\x1a\n\x00")

    with pytest.raises(InputError, match=r"^talk\.py(:1)?: .*: correct it there"):
        load(SceneFile(Path("talk.py")))


def test_a_module_that_is_missing_is_named_with_a_cure():
    error = failure("talk.py", "import math\nimport no_such_thing.part\n" + ONE)

    assert str(error) == (
        "talk.py:2: imports no_such_thing, which is not here: "
        "put it beside the file, or install it for the Python that runs attnviz"
    )


def test_the_other_manim_is_recognised():
    error = failure("talk.py", "from manimlib import *\nclass Talk(Scene): pass\n")

    assert "that is ManimGL" in str(error)
    assert "Manim Community" in str(error)


def test_a_file_that_ends_the_program_does_not():
    error = failure("talk.py", ONE + "raise SystemExit\n")

    assert str(error) == (
        "talk.py:4: ends the program when it is imported: only a script may do so"
    )


def test_ctrl_c_is_not_taken_for_a_mistake():
    with pytest.raises(KeyboardInterrupt):
        loaded("talk.py", "raise KeyboardInterrupt\n")
