"""The main lesson. `lesson.py` says what the lesson is, `steps.py` builds it."""
