"""The limits of convolution. `lesson.py` says what the lesson is, `steps.py` builds it."""
