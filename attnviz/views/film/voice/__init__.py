"""Captions that are spoken: by a program that speaks, or by a recording."""
