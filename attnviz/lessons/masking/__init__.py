"""Masks, and padding. `lesson.py` says what the lesson is, `steps.py` builds it."""
