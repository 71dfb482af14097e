"""The lesson on how far a layer looks: `lesson.py` is its record, `steps.py` builds it."""
