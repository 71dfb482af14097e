"""Which row a user means."""

from __future__ import annotations

import difflib

from attnviz.core.problem import Problem
from attnviz.errors import InputError
from attnviz.inputs.request import InputRequest


def row_asked(request: InputRequest, problem: Problem, query: str | None) -> int:
    """The row that `query` names, else the one that the example in `request` wants shown, else the first.

    With a causal mask the first query sees only itself: there it is the middle one, not the first.

    Raises InputError as `row_of` does.
    """
    if query is None and request.example is not None:
        from attnviz.inputs.example_files import load_example

        query = load_example(request.example).query
    if query is None and problem.options.causal:
        return problem.n // 2
    return row_of(problem, query)


def row_of(problem: Problem, query: str | None) -> int:
    """The row of `problem` that `query` names, counted from 0; the first if it is None.

    A whole number from 1 to n is a position, counted as on the screen (q₁, q₂, …), even where a token is the
    same number. Anything else is a token, which must stand at one position only.

    Raises InputError: no such position or token (with the nearest), or a token that stands at several.

    >>> from attnviz.inputs.example_files import load_example
    >>> row_of(load_example("retrieval").problem, "it"), row_of(load_example("illustrated").problem, "2")
    (3, 1)
    """
    if query is None:
        return 0
    wanted, n, tokens = query.strip(), problem.n, problem.tokens or ()
    is_number = wanted.isascii() and wanted.removeprefix("-").isdigit()
    if is_number and len(wanted) < 10 and 1 <= int(wanted) <= n:
        return int(wanted) - 1
    positions = [i for i, token in enumerate(tokens) if token == wanted]
    if len(positions) == 1:
        return positions[0]
    if positions:
        raise InputError(
            f"{wanted!r} stands at positions {', '.join(str(i + 1) for i in positions)}: "
            f"say --query {positions[0] + 1} or --query {positions[1] + 1}"
        )
    numbers = f"a position from 1 to {n}" if n > 1 else "position 1"
    if is_number:
        raise InputError(f"--query {wanted} is out of range: say {numbers}")
    if not tokens:
        raise InputError(f"--query {wanted!r}: the inputs have no names; say {numbers}")
    near = difflib.get_close_matches(wanted.lower(), [each.lower() for each in tokens], n=1)
    match = next((each for each in tokens if near and each.lower() == near[0]), None)
    hint = f"did you mean {match!r}? Else say" if match else "say one of them, or"
    raise InputError(f"--query {wanted!r} is not among the {n} tokens: {hint} {numbers}")
