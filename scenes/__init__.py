"""The scenes, one a file: `attnviz render` tells them, and so does `manim render scenes/NAME.py`."""
