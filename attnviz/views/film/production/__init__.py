"""Lessons on their way to a file: manim set up, films planned, plans kept, and films packed for other machines."""
