"""Heads of a model measured on a text, and the words for what was measured. Knows no screen."""
