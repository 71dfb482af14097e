"""What a voice is given to say: every symbol a word, every number whole."""

import re

import pytest

from attnviz.inputs.request import InputRequest
from attnviz.lessons.registry import LESSONS, build_storyboard
from attnviz.library.lesson_input import Presentation, lesson_request
from attnviz.story.i18n import LANGUAGES
from attnviz.views.film.voice.speech_text import spoken_text

SAID = {
    "en": {
        "q₁ times W_Q": "q 1 times W Q",
        "s₁,₁₂ and k₁₉₉": "s 1, 12 and k 199",
        "divide each by √d_k = √4 = 2.": (
            "divide each by the square root of d k, which is the square root of 4, which is 2."
        ),
        "√d_k = √3 ≈ 1.73": "the square root of d k, which is the square root of 3, about 1.73",
        "1/√d_k": "1 divided by the square root of d k",
        "√(d_k + 1)": "the square root of (d k plus 1)",
        "becomes −∞.": "becomes minus infinity.",
        "exp(−∞) is 0": "the exponential of minus infinity is 0",
        "only −0.50.": "only minus 0.50.",
        "by 1 − 0.68": "by 1 minus 0.68",
        "a−b, (−3)": "a minus b, (minus 3)",
        "n = 3: 9, 94% of it": "n equals 3: 9, 94 percent of it",
        "3 · n · d²: 786,432 more": "3 times n times d squared: 786432 more",
        "8×8 numbers, n × n, 3×8×8": "8 by 8 numbers, n by n, 3 by 8 by 8",
        "2 × 0.5 and Q × K": "2 times 0.5 and Q times K",
        "2 · 10⁻¹⁶, 1.2e+06, 1.5e−07": (
            "2 times 10 to the power minus 16, 1.2 times 10 to the power 6, "
            "1.5 times 10 to the power minus 7"
        ),
        "α(1 − α)": "alpha(1 minus alpha)",
        "x ≤ 1, y ≥ 2, a < b > c ≠ d": (
            "x is at most 1, y is at least 2, a is less than b is greater than c is not d"
        ),
        "Q · Kᵀ → A, 1–3": "Q times K transposed to A, 1 to 3",
        "and/or, one-hot": "and or, one-hot",
        "first line,\nsecond": "first line, second",
    },
    "zh": {
        "q₁ 与 W_Q": "q 一 与 W Q",
        "除以 √d_k = √3 ≈ 1.73。": "除以 根号 d k，也就是 根号 三，约 一点七三。",
        "变成 −∞。": "变成 负无穷。",
        "exp(−∞) 等于 0：": "负无穷的指数 等于 零：",
        "只有 −0.50。": "只有 负零点五零。",
        "乘以 1 − 0.68，": "乘以 一 减 零点六八，",
        "占 94%。": "占 百分之 九十四。",
        "2 · 10⁻¹⁶": "二 乘 十 的 负十六 次方",
        "n² 个，d²。": "n 平方 个，d 平方。",
        "2 个头，第 2 个头，12 个，2.2 倍": "两 个头，第 二 个头，十二 个，二点二 倍",
        "2 × 2 个权重，2 维": "二 乘 二 个权重，二 维",
        "Vaswani 等（2017），2017 个": "Vaswani 等（二零一七），二千零一十七 个",
        "α 接近 1": "阿尔法 接近 一",
    },
}


@pytest.mark.parametrize(
    ("language", "caption", "said"),
    [(language, *pair) for language, table in SAID.items() for pair in table.items()],
)
def test_a_symbol_is_spoken_as_words(language, caption, said):
    assert spoken_text(caption, language) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_token_in_quotation_marks_stays_as_it_is(language):
    for token in ("“a_b”", "“1.5×2”", "“−∞”", "“和/或”", "“5%”"):
        assert token in spoken_text(f"q₁ ({token}) = 1", language)


DIGITS = {character: i for i, character in enumerate("零一二三四五六七八九")}
UNITS = {"十": 10, "百": 100, "千": 1000}


def heard_as(numeral: str, unit: int = 1) -> int:
    """The number that a listener takes a Chinese numeral for: 一百零五 is 105, and 一百五 is 150."""
    for name, size in (("亿", 10**8), ("万", 10**4)):
        if name in numeral:
            head, _, rest = numeral.partition(name)
            return heard_as(head) * size + heard_as(rest, size)
    total, digit = 0, 0
    for character in numeral:
        if character in UNITS:
            unit = UNITS[character]
            total += (digit or 1) * unit
            digit = 0
        elif character == "零":
            unit = 1
        else:
            digit = DIGITS[character]
    return total + digit * (unit // 10 or 1)


@pytest.mark.parametrize(
    "numbers",
    [range(12_000), range(12_000, 10**6, 997), range(10**6, 10**10, 9_765_433)],
    ids=["small", "large", "huge"],
)
def test_a_chinese_numeral_has_the_value_of_its_number(numbers):
    misheard = {n for n in numbers if heard_as(spoken_text(str(n), "zh")) != n}

    assert misheard == set()
    assert heard_as("一百五") == 150


@pytest.mark.parametrize(
    ("number", "numeral"),
    {
        "10": "十",
        "15": "十五",
        "105": "一百零五",
        "110": "一百一十",
        "150": "一百五十",
        "1005": "一千零五",
        "1050": "一千零五十",
        "4096": "四千零九十六",
        "10500": "一万零五百",
        "12000": "一万二千",
        "524,288": "五十二万四千二百八十八",
        "17,039,360": "一千七百零三万九千三百六十",
        "0.05": "零点零五",
        "2500.23": "二千五百点二三",
    }.items(),
)
def test_chinese_numerals_are_those_of_the_school_book(number, numeral):
    assert spoken_text(number, "zh") == numeral


SPOKEN_TEXT = re.compile("[A-Za-zÀ-ÖØ-öø-ÿ0-9\u4e00-\u9fff ,.:;?!()'’\\[\\]“”，。：；？！、（）-]*")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.name)
def test_every_symbol_of_every_caption_is_spoken(lesson, language):
    board = build_storyboard(
        lesson.name, lesson_request(lesson, InputRequest(), Presentation(lang=language))
    )

    for step in board.steps:
        for part, caption in step.narration.items():
            said = re.sub("“[^”]*”", "", spoken_text(caption, language))
            assert SPOKEN_TEXT.fullmatch(said), f"{step.id}.{part}: {said}: add it to [speech]"
