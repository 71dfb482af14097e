"""How wide text is taken to be, judged by how wide it is in Inter and its Chinese companion."""

import pytest

from attnviz.typeset.fonts import Weight, shape
from attnviz.typeset.line_breaks import break_lines, roomy_width

TEXTS = [
    "The animal didn't cross the street because it was too tired",
    "all-MiniLM-L6-v2, layers: 6, heads of each: 12, tokens: 15",
    "[CLS] ##ing MMWW mmww illicit (fill)",
    "每张小图：从上到下是查询，从左到右是键",
    "Жеλ äöü 0123456789 abcdef012345",
    "注意力 is attention",
]


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_hardly_wider_than_it_is_taken_to_be(text):
    wide = shape(text, Weight.MEDIUM).width

    assert 0.97 * wide <= roomy_width(text, 1) <= 1.3 * wide


@pytest.mark.parametrize(
    "text",
    [
        *("बिल्ली चटाई क्षत्रियों", "नमस्ते हिन्दी", "แมวนั่งบนเสื่อ", "น้ำ สวัสดีครับ"),
        *("القطة على السجادة", "شمس", "خصوصاً", "חתול על שָׁטִיחַ", "ירושלים"),
    ],
)
def test_text_of_other_scripts_is_not_wider_than_it_is_taken_to_be(text):
    wide = shape(text, Weight.MEDIUM).width

    assert 0.97 * wide <= roomy_width(text, 1) <= 1.6 * wide


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("width", [20, 90, 300, 5000])
def test_lines_fit_and_no_character_is_lost(text, width):
    lines = break_lines(text, width, 11)

    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(roomy_width(line, 11) <= width for line in lines)
    assert all(lines)


def test_a_line_does_not_begin_with_chinese_punctuation():
    for width in range(30, 200):
        assert not any(
            line[0] in "，。：；"
            for line in break_lines("查询，键。值：是；权重，注意力。", width, 11)
        )
