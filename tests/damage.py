"""JSON with one thing in it changed, for tests of what reads it."""

import json

ABSENT = object()
"""In the place of a value: the key is taken out."""


def damaged(text: str, path: str, value: object) -> str:
    """The document with another value at a path such as "chapters/0/title"."""
    body = json.loads(text)
    *way, last = path.split("/")
    inner = body
    for each in way:
        inner = inner[int(each) if isinstance(inner, list) else each]
    if value is ABSENT:
        del inner[last]
    else:
        inner[last] = value
    return json.dumps(body)
