"""Why scores are divided by √d_k. `lesson.py` says what the lesson is, `steps.py` builds it."""
