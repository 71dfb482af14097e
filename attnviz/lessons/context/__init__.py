"""How far a layer looks. `lesson.py` says what the lesson is, `steps.py` builds it."""
