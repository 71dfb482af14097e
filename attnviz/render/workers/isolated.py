"""Keeps the working directory out of the process that imports this: workers do so before anything else."""

from attnviz.render.workers.isolation import ignore_manim_cfg

ignore_manim_cfg()
