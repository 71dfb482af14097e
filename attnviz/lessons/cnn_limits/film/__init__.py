"""The film of the lesson cnn-limits."""

from __future__ import annotations

from attnviz.lessons.cnn_limits import parts
from attnviz.lessons.cnn_limits.film import channels, convolution
from attnviz.views.film.acts.act import Act, Acts

ACTS: Acts = {
    "convolution": Act(convolution.one_place, parts.Convolution),
    "sharing": Act(convolution.every_place, parts.Sharing),
    "channels": Act(channels.each_channel, parts.Channels),
    "features": Act(channels.two_kernels, parts.Features),
    "wrong-channels": Act(channels.who_meets_whom, parts.WrongChannels),
}
"""How the steps are played that say more by moving."""
