"""The limits of convolution: one product, every place, three channels, and the sizes a network was made for."""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.lessons.cnn_limits.film import channels, convolution
from attnviz.views.film.acts import exhibits
from attnviz.views.film.scene import LessonScene


class CnnLimits(LessonScene):
    """From one place of a small picture to what a network made for one size cannot take."""

    by_itself = staticmethod(partial(default_storyboard, "cnn-limits"))

    def construct(self) -> None:
        self.act("convolution", convolution.one_place)
        self.act("sharing", convolution.every_place)
        self.act("channels", channels.each_channel)
        self.act("features", channels.two_kernels)
        self.act("wrong-channels", channels.who_meets_whom)
        self.act("remedies", exhibits.show)
        self.act("fixed-size", exhibits.show)
        self.act("any-size", exhibits.show)
        self.act("attention", exhibits.show)
