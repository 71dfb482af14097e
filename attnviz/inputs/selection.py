"""Finds the row that a user means."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from attnviz.core.digits import plain_digits
from attnviz.core.problem import Problem
from attnviz.core.trace import Trace
from attnviz.errors import InputError, closest
from attnviz.inputs.request import InputRequest
from attnviz.models.tokenization import Span, runs

_RANGE = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_LISTED = 8
"""Positions that an error names."""
_ADDED = re.compile(r"\[[A-Z]+\]|<[^<>]*>")


def chosen_row(request: InputRequest, trace: Trace, query: str | None) -> int:
    """The row that `query` names, else the one that the example in `request` wants shown, else `default_row`.

    Raises InputError as `row_of` does.
    """
    problem = trace.problem
    if query is None and request.example is not None:
        from attnviz.inputs.example_files import load_example

        query = load_example(request.example).query
    if query is None:
        return default_row(trace, request.model is not None)
    return row_of(problem, query)


def default_row(trace: Trace, of_model: bool) -> int:
    """The row that is worked in full where none is named; `of_model` says that a trained model computed it.

    With a causal mask the first query sees only itself: there it is the middle one, not the first.
    Of a trained model it is the one with the strongest link to another word.
    """
    problem = trace.problem
    if of_model:
        named = text_positions(problem.tokens or ())
        # what comes first draws weight wherever it is all that some queries see
        beyond = named[1:] if problem.options.causal and len(named) > 2 else named
        return strongest_row(trace, beyond)
    return problem.n // 2 if problem.options.causal else 0


def text_positions(tokens: Sequence[str]) -> list[int]:
    """The positions of all but what models add to a text: [CLS], </s>, <|endoftext|>.

    >>> text_positions(["[CLS]", "the", "cat", "[SEP]"])
    [1, 2]
    """
    return [i for i, token in enumerate(tokens) if not _ADDED.fullmatch(token)]


def strongest_row(trace: Trace, positions: Sequence[int]) -> int:
    """The position whose query in the first head gives most weight to another of these positions; else the first.

    >>> from attnviz import self_attention
    >>> strongest_row(self_attention([[0.0], [2.0], [1.0]], [[1.0]], [[1.0]], [[1.0]]), [0, 1, 2])
    2
    """
    chosen = list(positions)
    among = trace.heads[0].stages.weights[np.ix_(chosen, chosen)]
    np.fill_diagonal(among, 0)
    strongest = among.max(axis=1, initial=0)
    return chosen[int(strongest.argmax())] if strongest.any() else 0


def row_of(problem: Problem, query: str | None) -> int:
    """The row of `problem` that `query` names, counted from 0; the first if it is None.

    A whole number from 1 to n, in the digits of any script, is a position, counted as on the screen (q₁, q₂, …),
    even where a token is the same number. Anything else is a token, which must stand at one position only.

    Raises InputError: no such position or token (with the nearest), or a token that stands at several.

    >>> from attnviz.inputs.example_files import load_example
    >>> row_of(load_example("retrieval").problem, "it"), row_of(load_example("illustrated").problem, "2")
    (3, 1)
    """
    if query is None:
        return 0
    return position_of(problem.tokens or (), query, n=problem.n)


def key_of(problem: Problem, key: str | None) -> int | None:
    """The key of `problem` that is named, counted from 0; None if none is. Raises InputError as `row_of` does."""
    return None if key is None else position_of(problem.key_tokens or (), key, "--key", problem.n_k)


def positions_of(
    tokens: Sequence[str], name: str, flag: str, text: str, spans: Sequence[Span]
) -> tuple[int, ...]:
    """The positions of `name`, counted from 0: one, or all pieces of what stands in the text.

    `spans` say where in the text each token stands. Of positions that follow each other "3-5" names all.

    Raises InputError as `row_of` does, and for what stands in pieces at several places.

    >>> positions_of(["动", "物"], "动物", "--to", "动物", [(0, 1), (1, 2)])
    (0, 1)
    """
    wanted = name.strip()
    if wanted not in tokens:
        if (several := _RANGE.fullmatch(plain_digits(wanted))) is not None:
            first, last = (int(each) for each in several.groups())
            if 1 <= first <= last <= len(tokens):
                return tuple(range(first - 1, last))
        found = runs(text, spans, wanted)
        if len(found) > 1:
            raise _several(wanted, [f"{each[0] + 1}-{each[-1] + 1}" for each in found], flag)
        if found:
            return found[0]
    return (position_of(tokens, name, flag),)


def position_of(
    tokens: Sequence[str], name: str, flag: str = "--query", n: int | None = None
) -> int:
    """The position of `name`, counted from 0, among n tokens; `flag` is the option that says it.

    Raises InputError as `row_of` does.

    >>> position_of(["the", "cat"], "cat"), position_of(["the", "cat"], "1"), position_of(["the", "cat"], "２")
    (1, 0, 1)
    """
    wanted, n = name.strip(), len(tokens) if n is None else n
    number = plain_digits(wanted)
    is_number = number.isascii() and number.removeprefix("-").isdigit()
    if is_number and len(number) < 10 and 1 <= int(number) <= n:
        return int(number) - 1
    positions = [i for i, token in enumerate(tokens) if token == wanted]
    if len(positions) == 1:
        return positions[0]
    if positions:
        raise _several(wanted, [str(i + 1) for i in positions], flag)
    numbers = f"a position from 1 to {n}" if n > 1 else "position 1"
    if is_number:
        raise InputError(f"{flag} {wanted} is out of range: say {numbers}")
    if not tokens:
        raise InputError(f"{flag} {wanted!r}: the inputs have no names; say {numbers}")
    if pieces := _pieces(tokens, wanted):
        listed = ", ".join(f"{i + 1} {tokens[i]!r}" for i in pieces)
        raise InputError(
            f"{wanted!r} is in pieces, {listed}: say one of them, as {flag} {pieces[0] + 1}"
        )
    match = closest(wanted, tokens)
    # a tokenizer may have put it into one piece with its neighbours
    match = match or next((each for each in tokens if wanted and wanted in each), None)
    hint = f"did you mean {match!r}? Else say" if match else "say one of them, or"
    raise InputError(f"{flag} {wanted!r} is not among the {n} tokens: {hint} {numbers}")


def _pieces(tokens: Sequence[str], wanted: str) -> range:
    """The first tokens that follow each other and together read as what is wanted; "##" marks one that goes on.

    >>> list(_pieces(["a", "cat", "##s"], "Cats")), list(_pieces(["a", "cat"], "dog"))
    ([1, 2], [])
    """
    rest_of = [token.removeprefix("##").casefold() for token in tokens]
    for first, begin in enumerate(rest_of):
        read, end = begin, first + 1
        while end < len(tokens) and len(read) < len(wanted) and wanted.casefold().startswith(read):
            read, end = read + rest_of[end], end + 1
        if end > first + 1 and read == wanted.casefold():
            return range(first, end)
    return range(0)


def _several(wanted: str, places: Sequence[str], flag: str) -> InputError:
    listed = ", ".join(places[:_LISTED])
    if len(places) > _LISTED:
        listed += f", … ({len(places)} in all)"
    return InputError(
        f"{wanted!r} stands at positions {listed}: say {flag} {places[0]} or {flag} {places[1]}"
    )
