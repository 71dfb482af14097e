"""The lesson on what a layer costs: `lesson.py` is its record, `steps.py` builds it."""
