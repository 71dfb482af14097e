"""The lesson on the limits of convolution: its numbers against ONNX's Conv, against sums by hand, and against sizes."""

import numpy as np
import pytest
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from attnviz.core.convolution.convolution import convolve
from attnviz.lessons.cnn_limits.context import refusal
from attnviz.lessons.cnn_limits.measurements import (
    COLOUR_POSITION,
    COLOURS,
    EDGE,
    EDGE_POSITION,
    SMOOTH,
    CnnMeasurements,
)
from attnviz.lessons.cnn_limits.pictures import picture
from attnviz.lessons.registry import build_storyboard
from attnviz.lessons.request import LessonRequest
from attnviz.story.exhibits import Field, Plot, Table
from attnviz.story.i18n import LANGUAGES
from attnviz.story.matrix import Matrix
from attnviz.theme import Role


def board(language="en", **asked):
    return build_storyboard("cnn-limits", LessonRequest(language=language, **asked))


def matrices(step, part=None):
    return [
        each.item
        for each in step.exhibits
        if isinstance(each.item, Matrix) and part in (None, each.part)
    ]


def rows(step):
    tables = [each.item for each in step.exhibits if isinstance(each.item, Table)]
    return [row for table in tables for row in table.rows]


def cells(step):
    return [row.cells for row in rows(step)]


def onnx_conv(x, kernel, stride=1, padding=0):
    """The Conv of the ONNX standard on one input: (out_channels, *places)."""
    axes = x.ndim - 1
    node = helper.make_node(
        "Conv", ["x", "w"], ["y"], strides=[stride] * axes, pads=[padding] * 2 * axes
    )
    graph = helper.make_graph(
        [node],
        "conv",
        [helper.make_tensor_value_info(name, TensorProto.DOUBLE, None) for name in ("x", "w")],
        [helper.make_tensor_value_info("y", TensorProto.DOUBLE, None)],
    )
    (y,) = ReferenceEvaluator(helper.make_model(graph)).run(None, {"x": x[None], "w": kernel})
    return y[0]


class TestThePictures:
    @pytest.mark.parametrize("name", ["digit", "flower"])
    def test_each_says_whose_it_is_and_may_be_used(self, name):
        found = picture(name)

        assert found.author
        assert found.source.count("https://") == 1
        assert found.licence.startswith("CC BY ")

    def test_their_owners_are_named_in_every_language_long_and_brief(self):
        for language in LANGUAGES:
            told_ = board(language)
            for notes in (told_.notes, told_.brief_notes):
                said = " ".join(notes)
                assert "UCI" in said and "CC BY 4.0" in said
                assert "vultilion" in said and "CC BY 2.0" in said

    def test_numbers_are_whole_and_within_the_levels(self):
        for name in ("digit", "flower"):
            found = picture(name)
            assert found.channels.min() == 0
            assert found.channels.max() <= found.levels
            assert (found.channels == np.round(found.channels)).all()

    def test_the_six_channels_are_two_views_of_one_flower(self):
        views = CnnMeasurements().views

        np.testing.assert_array_equal(views[:3], CnnMeasurements().flower)
        np.testing.assert_array_equal(views[:3, :, 1:], views[3:, :, :-1])


class TestConvolution:
    def test_the_numbers_shown_are_those_of_the_standard(self):
        measured = CnnMeasurements()

        (edges,) = matrices(board().step("sharing"))[2:]
        np.testing.assert_array_equal(edges.values, onnx_conv(measured.digit, EDGE)[0])
        first, second = matrices(board().step("features"))[3::4]
        expected = onnx_conv(measured.flower, COLOURS)
        np.testing.assert_array_equal(first.values, expected[0])
        np.testing.assert_array_equal(second.values, expected[1])

    def test_every_product_at_the_position_is_written_out_and_adds_up(self):
        (worked,) = board().step("convolution").worked

        assert [term.value for term in worked.terms] == [-5, 0, 10, -8, 0, 32, 0, 0, 3]
        assert (worked.relation, worked.total.text) == ("=", "32")
        (products,) = matrices(board().step("convolution"), "worked")
        assert products.values.ravel().tolist() == [term.value for term in worked.terms]

    def test_the_frame_is_around_the_numbers_that_are_multiplied(self):
        step = board().step("convolution")
        (region,) = step.exhibits[0].marks
        under = matrices(step)[0].values[slice(*region.rows), slice(*region.columns)]

        factors = [term.pieces[0].value for term in step.worked[0].terms]
        assert under.ravel().tolist() == factors

    def test_what_lies_outside_the_window_changes_nothing(self):
        digit, (row, column) = CnnMeasurements().digit.copy(), EDGE_POSITION
        inside = np.zeros(digit.shape, dtype=bool)
        inside[:, row : row + 3, column : column + 3] = True
        digit[~inside] += 1000

        assert convolve(digit, EDGE).output[0, row, column] == 32
        assert "55" in board().step("convolution").narration["local"]
        assert np.count_nonzero(~inside) == 55

    def test_the_extremes_of_the_caption_are_framed(self):
        step = board().step("sharing")
        output = step.exhibits[2]
        framed = [output.item.values[each.rows[0], each.columns[0]] for each in output.marks]

        assert framed == [54, -58]
        assert "54" in step.narration["contrast"] and "−58" in step.narration["contrast"]

    def test_the_counts_are_those_of_a_matrix_that_does_the_same(self):
        digit = CnnMeasurements().digit
        pixels = np.eye(64).reshape(64, 1, 8, 8)
        connected = convolve(pixels, EDGE).output.reshape(64, 36)

        np.testing.assert_array_equal(digit.ravel() @ connected, onnx_conv(digit, EDGE).ravel())
        assert cells(board().step("sharing"))[0] == ("8×8", "9", f"{connected.size:,}")
        assert np.count_nonzero(connected) == 36 * 6  # six of the nine weights are not 0

    def test_the_counts_of_larger_pictures_follow_the_closed_form(self):
        counted = [int(row[2].replace(",", "")) for row in cells(board().step("sharing"))]

        assert counted == [n**2 * (n - 2) ** 2 for n in (8, 28, 224)]


class TestChannels:
    def test_each_slice_multiplies_its_own_channel_in_its_own_colour(self):
        *by_channel, total = board().step("channels").worked

        assert [each.total.value for each in by_channel] == [62, -5, -17]
        roles = [Role.RED, Role.GREEN, Role.BLUE]
        assert [each.total.role for each in by_channel] == roles
        for calculation, role in zip(by_channel, roles, strict=True):
            assert {t.pieces[0].role for t in calculation.terms} == {role}
            assert sum(term.value for term in calculation.terms) == calculation.total.value
        assert [term.value for term in total.terms] == [62, -5, -17]
        assert (total.relation, total.total.text) == ("=", "40")

    def test_the_worked_position_is_the_one_in_the_map(self):
        total = board().step("channels").worked[-1].total.value

        assert matrices(board().step("features"))[3].values[COLOUR_POSITION] == total

    def test_the_maps_of_the_channels_add_up_to_the_feature(self):
        shown = matrices(board().step("features"))
        for *maps, total in (shown[:4], shown[4:]):
            np.testing.assert_array_equal(sum(each.values for each in maps), total.values)

    def test_the_first_kernel_finds_the_flower_and_the_second_what_is_around_it(self):
        first, second = (each.values for each in matrices(board().step("features"))[3::4])
        middle = np.zeros((4, 4), dtype=bool)
        middle[1:3, 1:3] = True

        assert first[middle].min() > first[~middle].max()
        assert second[middle].max() < second[~middle].min()


class TestOtherNumbersOfChannels:
    def test_who_meets_whom(self):
        fields = [e.item for e in board().step("wrong-channels").exhibits if type(e.item) is Field]

        lit = [tuple(sum(layer.lit) for layer in field.layers) for field in fields]
        assert lit == [(3, 3), (1, 1), (3, 3)]
        assert [len(field.layers[0].lit) for field in fields] == [3, 1, 6]
        assert {len(field.layers[1].lit) for field in fields} == {3}
        assert [len(field.links[0]) for field in fields] == [3, 1, 3]

    def test_the_answer_is_the_core_s_own_word_for_word(self):
        assert cells(board().step("wrong-channels")) == [
            (
                "1×6×6",
                "x has shape (1, 6, 6), expected (3, 6, 6): "
                "kernel has shape (1, 3, 3, 3), so in_channels is 3, not 1",
            ),
            (
                "6×6×6",
                "x has shape (6, 6, 6), expected (3, 6, 6): "
                "kernel has shape (1, 3, 3, 3), so in_channels is 3, not 6",
            ),
        ]
        assert [row.good for row in rows(board().step("wrong-channels"))] == [False, False]

    def test_what_fits_has_no_refusal_to_show(self):
        with pytest.raises(LookupError):
            refusal(lambda: convolve(CnnMeasurements().flower, COLOURS))

    def test_grey_three_times_leaves_only_the_green_slice(self):
        """Red and blue weigh the same numbers with opposite signs; green takes the middle of the window away."""
        measured = CnnMeasurements()

        np.testing.assert_allclose(measured.repeated, -measured.grey[0, 1:-1, 1:-1], atol=1e-12)

    def test_dropping_and_mixing_are_what_the_standard_computes(self):
        measured = CnnMeasurements()
        both = [onnx_conv(measured.views[i : i + 3], COLOURS[:1])[0] for i in (0, 3)]

        np.testing.assert_array_equal(measured.dropped, both[0])
        np.testing.assert_array_equal(measured.projected, (both[0] + both[1]) / 2)

    def test_the_table_has_the_worked_position_after_each_remedy(self):
        assert [row[::2] for row in cells(board().step("remedies"))] == [
            ("3", "40"),
            ("1", "≈ −6.33"),
            ("6", "40"),
            ("6", "40.5"),
        ]


class TestSizes:
    def test_the_convolution_of_the_small_network_is_the_standard_s(self):
        measured = CnnMeasurements()

        for n in (3, 5, 8):
            expected = onnx_conv(measured.vectors(n).T.copy(), measured.first_layer)
            np.testing.assert_allclose(measured.convolved(n), expected, rtol=1e-12)

    def test_the_fully_connected_layer_takes_one_length_and_refuses_the_others_in_its_own_words(
        self,
    ):
        step = board().step("fixed-size")
        fed = {row.cells[0]: row for row in rows(step)}

        assert {n: row.good for n, row in fed.items()} == {"3": False, "5": True, "8": False}
        assert [row.cells[1] for row in fed.values()] == ["2×1 = 2", "2×3 = 6", "2×6 = 12"]
        assert fed["8"].cells[2] == (
            "x has shape (2, 6), 12 numbers when flattened, expected 6: "
            "weights has shape (6, 2), made for 6; feed an input of that size, or make new weights"
        )
        _, hidden, output = matrices(step)
        np.testing.assert_allclose(
            output.values[0], hidden.values.ravel() @ CnnMeasurements().last_layer, rtol=1e-12
        )

    def test_lengths_follow_the_closed_form(self):
        for n, plain, strided, back in cells(board().step("any-size")):
            assert int(plain) == int(n)
            assert int(strided) == (int(n) - 1) // 2 + 1
            assert int(back) == 2 * int(strided)

    def test_the_plot_counts_what_the_standard_gives(self):
        (plot,) = [e.item for e in board().step("any-size").exhibits if isinstance(e.item, Plot)]

        for stride, series in zip((1, 2), plot.series, strict=True):
            for n, length in zip(series.x, series.y, strict=True):
                line = CnnMeasurements().line(int(n))
                assert onnx_conv(line, SMOOTH, stride, padding=1).shape == (1, length)

    def test_upsampling_brings_an_even_size_back_and_not_the_numbers(self):
        x, w, y, back = (each.values for each in matrices(board().step("any-size")))

        np.testing.assert_array_equal(y, onnx_conv(x, w[None], stride=2, padding=1))
        assert back.shape == x.shape
        assert back.tolist() == [[5, 5, 47, 47, 26, 26, 28, 28]]

    def test_the_same_weights_attend_over_any_number_of_vectors(self):
        measured, maps = CnnMeasurements(), matrices(board().step("attention"))

        assert [each.shape for each in maps] == [(3, 3), (5, 5), (8, 8)]
        w_q, w_k, _ = measured.projections
        for each in maps:
            x = measured.vectors(len(each.values))
            exponentials = np.exp((x @ w_q) @ (x @ w_k).T / 2)
            expected = exponentials / exponentials.sum(axis=1, keepdims=True)
            np.testing.assert_allclose(each.values, expected, rtol=1e-12)

    def test_attention_refuses_vectors_of_another_width_in_its_own_words(self):
        fitting, other = rows(board().step("attention"))

        assert (fitting.cells, fitting.good) == (("X 8×8", "O 8×4"), True)
        assert other.good is False
        assert other.cells[1] == "w_q has shape (8, 4), expected (6, 4): x has shape (5, 6)"


class TestTheTelling:
    def test_a_seed_draws_other_weights_and_leaves_what_was_chosen(self):
        one, other = board(), board(seed=7)

        assert (one.untrained, other.untrained) == ("seed 0", "seed 7")
        assert "seed 7" in " ".join(other.notes)
        for step in ("convolution", "sharing", "channels", "features", "remedies", "any-size"):
            for a, b in zip(matrices(one.step(step)), matrices(other.step(step)), strict=True):
                np.testing.assert_array_equal(a.values, b.values)
        maps = [matrices(each.step("attention"))[0].values for each in (one, other)]
        assert not np.allclose(*maps)
