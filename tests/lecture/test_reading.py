"""A lecture file is read as it is meant, or told off in one line that says where and what to do."""

from pathlib import Path

import pytest

from attnviz.errors import InputError
from attnviz.inputs.files.reading import MAX_FILE_BYTES
from attnviz.inputs.request import InputRequest
from attnviz.lecture.model import CardChapter, LessonChapter
from attnviz.lecture.naming import is_lecture
from attnviz.lecture.reading import read_lecture
from attnviz.story.i18n import LANGUAGES

LESSON = '[[chapter]]\nlesson = "self-attention"\n'
CARD = '[[chapter]]\ncard = "Part one"\n'
BOTH = 'languages = ["en", "zh"]\n'


def only_chapter(lecture, language="en"):
    [chapter] = lecture.versions[language].chapters
    return chapter


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("talk.toml", True),
        ("folder/TALK.TOML", True),
        ("the cat sat", False),
        ("toml", False),
        ("-", False),
        (None, False),
    ],
)
def test_a_lecture_is_what_names_a_toml_file(text, expected):
    assert is_lecture(text) is expected


def test_a_lecture_of_one_line_has_defaults_for_all_else(read):
    lecture = read(LESSON)

    assert lecture.languages == ("en",)
    assert (lecture.theme, lecture.pace, lecture.quality) == ("dark", "normal", "medium")
    assert (lecture.fps, lecture.font, lecture.output) == (None, None, None)
    assert lecture.versions["en"].title == "talk"
    chapter = only_chapter(lecture)
    assert isinstance(chapter, LessonChapter)
    assert chapter.request == InputRequest()
    assert (chapter.title, chapter.query, chapter.steps, chapter.words) == (None, None, (), {})
    assert (chapter.precision, chapter.rounding, chapter.pace) == (None, "sum-preserving", "normal")


def test_every_setting_of_the_whole_lecture_is_read(read):
    lecture = read(
        'title = "A talk"\nlanguage = "zh"\ntheme = "light"\npace = "slow"\nquality = "4k"\n'
        f'fps = 25\nfont = "Some Font"\noutput = "out/talk.mp4"\n{LESSON}'
    )

    assert lecture.languages == ("zh",)
    assert (lecture.theme, lecture.pace, lecture.quality) == ("light", "slow", "4k")
    assert (lecture.fps, lecture.font, lecture.output) == (25, "Some Font", Path("out/talk.mp4"))
    assert lecture.versions["zh"].title == "A talk"


def test_every_option_of_the_input_has_a_key_and_its_own_type(read):
    chapter = only_chapter(
        read(
            f'{LESSON}text = "a b"\nexample = "retrieval"\nsplit = "words"\ntokens = "a b"\n'
            'vectors = "x.csv"\nweights = "w.npz"\nmask = "m.csv"\ntranspose_weights = false\n'
            "seed = 0\nd_model = 5\nd_k = 2\nd_v = 3\nheads = 4\nscale = 0.5\ncausal = true\n"
        )
    )

    assert chapter.request == InputRequest(
        text="a b",
        example="retrieval",
        split="words",
        tokens="a b",
        vectors="x.csv",
        weights="w.npz",
        mask="m.csv",
        transpose_weights=False,
        seed=0,
        d_model=5,
        d_k=2,
        d_v=3,
        heads=4,
        scale="0.5",
        causal=True,
    )


def test_the_presentation_of_a_lesson_is_read(read):
    chapter = only_chapter(
        read(
            f'pace = "fast"\n{LESSON}title = "Mine"\nquery = 2\ndistance = 12\nprecision = 3\n'
            'rounding = "plain"\nsteps = ["scores", "softmax"]\npace = "slow"\n'
        )
    )

    assert (chapter.title, chapter.query, chapter.distance) == ("Mine", "2", 12)
    assert (chapter.precision, chapter.rounding) == (3, "plain")
    assert (chapter.steps, chapter.pace) == (("scores", "softmax"), "slow")


def test_a_chapter_without_a_pace_has_that_of_the_lecture(read):
    paces = [each.pace for each in read(f'pace = "fast"\n{LESSON}{CARD}').versions["en"].chapters]

    assert paces == ["fast", "fast"]


@pytest.mark.parametrize(
    ("written_as", "expected"), [("2", "2"), ("0.125", "0.125"), ('"none"', "none")]
)
def test_a_scale_may_be_a_number_or_a_word(read, written_as, expected):
    assert only_chapter(read(f"{LESSON}scale = {written_as}")).request.scale == expected


def test_tokens_may_be_a_list_of_words_with_blanks(read):
    from attnviz.inputs.tokens import listed_tokens

    tokens = only_chapter(read(f'{LESSON}tokens = ["New York", "猫"]')).request.tokens

    assert listed_tokens(tokens) == ("New York", "猫")


def test_two_languages_are_two_versions_of_the_same_chapters(read):
    lecture = read(
        f'title = {{ en = "A talk", zh = "讲座" }}\n{BOTH}'
        '[[chapter]]\ncard = { en = "Part one", zh = "第一部分" }\ntext.en = "of two"\ntext.zh = "共两部分"\n'
        f'{LESSON}title = "RNN"\ntext = {{ en = "the cat", zh = "我爱猫" }}\nquery.en = "cat"\nquery.zh = 3\n'
        '[chapter.words]\nscores.why = { en = "Who fits?", zh = "谁相配？" }\n'
    )

    english, chinese = (lecture.versions[each] for each in ("en", "zh"))
    assert (english.title, chinese.title) == ("A talk", "讲座")
    (card_en, lesson_en), (card_zh, lesson_zh) = english.chapters, chinese.chapters
    assert (card_en.title, card_en.lines) == ("Part one", ("of two",))
    assert (card_zh.title, card_zh.lines) == ("第一部分", ("共两部分",))
    assert (lesson_en.title, lesson_zh.title) == ("RNN", "RNN")
    assert (lesson_en.request.text, lesson_zh.request.text) == ("the cat", "我爱猫")
    assert (lesson_en.query, lesson_zh.query) == ("cat", "3")
    assert (lesson_en.words, lesson_zh.words) == (
        {"scores.why": "Who fits?"},
        {"scores.why": "谁相配？"},
    )


def test_the_languages_of_the_command_line_go_before_those_of_the_file(written):
    path = written(f'title = {{ en = "A talk", zh = "讲座" }}\n{LESSON}')

    assert read_lecture(path, ["zh"]).versions["zh"].title == "讲座"


def test_the_files_own_languages_are_checked_even_where_others_are_requested(written):
    path = written(f'languages = ["cn"]\n{LESSON}')

    with pytest.raises(InputError, match=r"^talk.toml: unknown language 'cn'"):
        read_lecture(path, ["zh"])


def test_a_language_that_is_not_requested_may_be_missing(read):
    lecture = read(f'title = {{ en = "A talk", zh = "讲座" }}\n{CARD}text = {{ en = "of two" }}')

    assert lecture.languages == ("en",)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ()),
        ('text = "one"', ("one",)),
        ('text = """\none\n\ntwo\n"""', ("one", "two")),
        ('text = ["one", "two"]', ("one", "two")),
        ('text = { en = ["one", "two"], zh = "一" }', ("one", "two")),
        ('text = ["RNN", { en = "two", zh = "二" }]', ("RNN", "two")),
    ],
)
def test_a_card_has_lines_below_its_title(read, text, lines):
    card = only_chapter(read(f"{CARD}{text}"))

    assert isinstance(card, CardChapter)
    assert (card.title, card.lines, card.seconds) == ("Part one", lines, None)


def test_a_card_may_have_its_own_duration(read):
    assert only_chapter(read(f"{CARD}seconds = 4")).seconds == 4.0


def test_files_are_found_from_the_folder_of_the_lecture(written):
    written(LESSON).with_name("sub").mkdir()
    path = written(
        f'font = "f/mine.otf"\noutput = "talk.mp4"\n{LESSON}vectors = "x.csv"\nweights = "../w.npz"\n'
        f'mask = "/m.csv"\nexample = "mine.toml"\n{LESSON}example = "retrieval"\n',
        "sub/talk.toml",
    )

    lecture = read_lecture(path)

    own, built_in = (each.request for each in lecture.versions["en"].chapters)
    assert (own.vectors, own.weights, own.mask) == ("sub/x.csv", "sub/../w.npz", "/m.csv")
    assert (own.example, built_in.example) == ("sub/mine.toml", "retrieval")
    assert (lecture.font, lecture.output) == ("sub/f/mine.otf", Path("sub/talk.mp4"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("titel = 'a'", "talk.toml: unknown key 'titel': did you mean 'title'? Known: title, "),
        ("chapters = []", "talk.toml: unknown key 'chapters': did you mean 'chapter'? Known: "),
        ("", 'talk.toml: it has no chapter: write [[chapter]], and below it lesson = "self'),
        (" \n", "talk.toml: it has no chapter"),
        ("chapter = []", "talk.toml: it has no chapter"),
        (
            "[[chapter]]\ncard = 'a'\n" * 101,
            "talk.toml: it has 101 chapters, and at most 100 are read: make several lectures of",
        ),
        ("chapter = 3", "talk.toml: chapter is not a list of tables: write [[chapter]], with two"),
        ("[chapter]\ncard = 'a'", "talk.toml: chapter is not a list of tables: write [[chapter]]"),
        ("chapter = [3]", "talk.toml: chapter is not a list of tables"),
        (f"title = 3\n{CARD}", 'talk.toml: title is 3, expected text: write title = "…", or title'),
        (f"title = ' '\n{CARD}", "talk.toml: title is empty: write something, or leave it out"),
        (f"title = 'a\\nb'\n{CARD}".replace("'", '"'), "talk.toml: title has several lines"),
        (
            f'title = "\\u001b[31m"\n{CARD}',
            "talk.toml: title holds the control character U+001B: remove it",
        ),
        (
            f"title = '{61 * 'a'}'\n{CARD}",
            "talk.toml: title takes 61 columns, and there is room for 60 (a Chinese character "
            "takes two): shorten it",
        ),
        (
            f"title.fr = 'a'\n{CARD}",
            f"talk.toml: title: unknown language 'fr': use one of {', '.join(LANGUAGES)}",
        ),
        (
            f"{BOTH}title.en = 'a'\n{CARD}",
            'talk.toml: title has nothing for the language zh: add title.zh = "…"',
        ),
        (f"theme = 'drak'\n{CARD}", "talk.toml: unknown theme 'drak': did you mean 'dark'? Known"),
        (f"theme = 3\n{CARD}", "talk.toml: theme is 3, expected one of dark, light, in quotation"),
        (f"pace = 'slwo'\n{CARD}", "talk.toml: unknown pace 'slwo': did you mean 'slow'? Known: s"),
        (f"quality = 'hihg'\n{CARD}", "talk.toml: unknown quality 'hihg': did you mean 'high'?"),
        (f"fps = 0\n{CARD}", "talk.toml: fps is 0, expected a whole number from 1 to 120"),
        (f"fps = 25.0\n{CARD}", "talk.toml: fps is 25.0, expected a whole number from 1 to 120"),
        (f"fps = true\n{CARD}", "talk.toml: fps is true, expected a whole number from 1 to 120"),
        (f"font = 3\n{CARD}", "talk.toml: font is 3, expected text in quotation marks"),
        (
            f"output = 'talk.mov'\n{CARD}",
            "talk.toml: output is 'talk.mov', and films are .mp4: write output = \"talk.mp4\"",
        ),
        (f"language = 'cn'\n{CARD}", "talk.toml: unknown language 'cn': "),
        (
            f"languages = []\n{CARD}",
            'talk.toml: languages is empty: write languages = ["en", "zh"]',
        ),
        (
            f"languages = 'en'\n{CARD}",
            "talk.toml: languages is 'en', expected a list of names such",
        ),
        (f"languages = ['zhh']\n{CARD}", "talk.toml: unknown language 'zhh': did you mean 'zh'?"),
        (
            f"languages = ['en', 'en']\n{CARD}",
            "talk.toml: languages has en twice: keep one of them",
        ),
        (
            f"language = 'en'\n{BOTH}{CARD}",
            "talk.toml: it has both language and languages: keep one",
        ),
    ],
)
def test_a_mistake_in_the_whole_is_reported_with_the_file(read, text, message):
    with pytest.raises(InputError) as caught:
        read(text)

    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lesons = 'a'", "unknown key 'lesons': did you mean 'lesson'? Known: lesson, title, "),
        ("", 'it has neither a lesson nor a card: add lesson = "self-attention" (attnviz lessons'),
        ("lesson = 'scaling'\ncard = 'a'", "it has both a lesson and a card: make two chapters"),
        ("card = 'a'\nseed = 3", "a title card has no seed: leave it out, or name a lesson"),
        ("card = 3", 'card is 3, expected text: write card = "…", or card.en = "…" and card.zh'),
        (
            "card = { zh = '第一' }",
            'card has nothing for the language en: add card.en = "…"',
        ),
        ("card = 'a'\ntext = [3]", 'text is 3, expected text: write text = "…"'),
        (
            "card = 'a'\ntext = ['1', '2', '3', '4', '5', '6', '7']",
            "text has 7 lines, and a card has room for 6: make two cards of it",
        ),
        (
            "card = 'a'\nseconds = 0",
            "seconds is 0, expected a number of seconds above 0, at most 600",
        ),
        ("card = 'a'\nseconds = nan", "seconds is nan, expected a number of seconds above 0"),
        ("card = 'a'\nseconds = '4'", "seconds is '4', expected a number of seconds above 0"),
        (
            "lesson = 'self-atention'",
            "unknown lesson 'self-atention': did you mean 'self-attention'?",
        ),
        ("lesson = 3", "lesson is 3, expected text in quotation marks"),
        (
            "lesson = 'self-attention'\nseconds = 3",
            "a lesson has no seconds: pace says how fast it",
        ),
        (
            "lesson = 'self-attention'\nsteps = ['scors']",
            "unknown step 'scors': did you mean 'scores'? Known: inputs, weights, ",
        ),
        (
            "lesson = 'self-attention'\nsteps = []",
            "steps is empty: name one, or leave it out for all",
        ),
        (
            "lesson = 'self-attention'\nsteps = 'scores'",
            "steps is 'scores', expected a list of names",
        ),
        (
            "lesson = 'self-attention'\nrounding = 'plan'",
            "unknown rounding 'plan': did you mean 'plain'?",
        ),
        ("lesson = 'self-attention'\npace = 'slwo'", "unknown pace 'slwo': did you mean 'slow'?"),
        (
            "lesson = 'self-attention'\nprecision = 13",
            "precision is 13, expected a whole number from 0",
        ),
        (
            "lesson = 'self-attention'\ndistance = 0",
            "distance is 0, expected a whole number from 1",
        ),
        ("lesson = 'self-attention'\nheads = 0", "heads is 0, expected a whole number from 1"),
        ("lesson = 'self-attention'\nseed = -1", "seed is -1, expected a whole number from 0"),
        ("lesson = 'self-attention'\ncausal = 1", "causal is 1, expected true or false"),
        (
            "lesson = 'self-attention'\nscale = true",
            "scale is true, expected sqrt, none or a number",
        ),
        (
            "lesson = 'self-attention'\nquery = 1.5",
            "query is 1.5, expected a token or a position from 1",
        ),
        (
            "lesson = 'self-attention'\ntext = 3",
            'text is not text: write text = "…", or text.en = "…"',
        ),
        ("lesson = 'self-attention'\ntokens = [3]", 'tokens is not text: write tokens = "…"'),
        (
            "lesson = 'self-attention'\nvectors = '-'",
            "vectors is stdin, which can be read only once: name a file",
        ),
    ],
)
def test_a_mistake_in_a_chapter_is_reported_with_its_number(read, text, message):
    with pytest.raises(InputError) as caught:
        read(f"{CARD}[[chapter]]\n{text}\n{LESSON}")

    assert str(caught.value).startswith(f"talk.toml, chapter 2: {message}")


def test_a_value_that_is_shown_in_a_message_is_cut(read):
    with pytest.raises(InputError) as caught:
        read(f"fps = {[1] * 1000}\n{CARD}")

    assert str(caught.value) == (
        "talk.toml: fps is [1, 1, 1, 1, 1, 1, ...], expected a whole number from 1 to 120"
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"title = 'a'\nfps = \n",
            r"^talk.toml is not TOML: Invalid value \(at line 2, column 7\)$",
        ),
        (b"fps = " + 5000 * b"1", r"^talk.toml is not TOML: Exceeds the limit"),
        (
            b"fps = " + 5000 * b"[",
            r"^talk.toml is not a lecture: its brackets are nested too deep$",
        ),
        (b"\n\xff = 1", r"^talk.toml, line 2: byte 0xff is not UTF-8; save the file as UTF-8$"),
        ("title = 1".encode("utf-16"), r"^talk.toml is UTF-16, not UTF-8: save it as UTF-8$"),
        (b"\x00\x00\x00", r"^talk.toml is not what its suffix says: it holds binary data; "),
        (b" " * (MAX_FILE_BYTES + 1), r"^talk.toml is larger than 64 MiB, the most that is read"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_file_that_is_no_lecture_is_reported_with_the_reason(written, data, message):
    path = written(data)

    with pytest.raises(InputError, match=message):
        read_lecture(path)


def test_a_lecture_may_begin_with_a_byte_order_mark(read):
    assert read(f"\ufeff{LESSON}").languages == ("en",)


def test_a_lecture_that_is_not_there_is_reported_with_the_nearest(written):
    written(LESSON)

    with pytest.raises(InputError) as caught:
        read_lecture("tlak.toml")

    assert str(caught.value) == (
        "tlak.toml: no such file; did you mean talk.toml? (a lecture file, as attnviz new writes one)"
    )


def test_a_folder_is_no_lecture(written):
    Path(written(LESSON)).parent.joinpath("lectures.toml").mkdir()

    with pytest.raises(InputError, match=r"^lectures.toml is a folder: name a file in it"):
        read_lecture("lectures.toml")


def test_a_file_of_another_suffix_is_no_lecture(written):
    with pytest.raises(InputError, match=r"^talk.txt: a lecture is a .toml file; rename it$"):
        read_lecture(written(LESSON, "talk.txt"))
