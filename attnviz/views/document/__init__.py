"""Lessons and heads as files of text: Markdown, LaTeX, JSON."""
