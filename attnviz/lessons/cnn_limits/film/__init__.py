"""The film of the lesson cnn-limits."""

from __future__ import annotations

from attnviz.lessons.cnn_limits import parts
from attnviz.lessons.cnn_limits.film import channels, convolution
from attnviz.views.film.acts.act import Act, Acts

ACTS: Acts = {
    "convolution": Act(convolution.one_position, parts.Convolution),
    "sharing": Act(convolution.all_positions, parts.Sharing),
    "channels": Act(channels.each_channel, parts.Channels),
    "features": Act(channels.two_kernels, parts.Features),
    "wrong-channels": Act(channels.channel_pairs, parts.WrongChannels),
}
"""The acts of the steps that need movement of their own."""
