"""Lessons and heads as lines of text for a terminal."""
