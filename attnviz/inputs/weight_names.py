"""Finds w_q, w_k, w_v, w_o and biases among the arrays of a weights file, whatever they are called.

Two conventions are understood, each after a common prefix such as `model.layers.0.self_attn.`:

- `w_q`, `W_Q`, `wq`, `W_query`, and `b_q`, `bq`, `b_query`: documented as (in, out), x · w_q;
- `q_proj.weight`, `query.weight`, `q.weight`, `wq.weight`, `to_q.weight`, `q_lin.weight`, and the same with `.bias`:
  torch.nn.Linear, which keeps (out, in).

Upper and lower case are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attnviz.errors import InputError
from attnviz.records import record

NEEDED = ("w_q", "w_k", "w_v")
ROLES = (*NEEDED, "w_o", "b_q", "b_k", "b_v", "b_o")

_WORDS = {"q": "query", "k": "key", "v": "value", "o": "output"}
_LETTER = "(?P<{}>q|k|v|o|query|key|value|out|output)"
_BARE = re.compile(rf"(?P<prefix>(?:.*\.)?)(?P<kind>[wb])_?{_LETTER.format('letter')}$")
_LINEAR = re.compile(
    rf"(?P<prefix>(?:.*\.)?)(?:to_|w_?)?{_LETTER.format('letter')}(?:_proj|_lin|_linear)?(?:\.0)?"
    r"\.(?P<kind>weight|bias)$"
)
# BERT keeps the output projection beside the block of the other three.
_BERT_OUTPUT = re.compile(r"attention\.output\.dense\.(?=weight$|bias$)")


@record
class WeightNames:
    """The arrays of one attention layer: role → name in the file."""

    names: Mapping[str, str]
    is_linear: bool
    """True if the names are those of torch.nn.Linear, whose matrices are (out, in)."""


def find_weight_names(names: Iterable[str], where: str) -> WeightNames:
    """Assigns a role to each of `names`.

    Raises InputError if w_q, w_k or w_v is missing, stands there twice, or there are several layers to choose from.

    >>> find_weight_names(["layer.q_proj.weight", "layer.k_proj.weight", "layer.v_proj.weight"], "m.npz").is_linear
    True
    """
    names = list(names)
    layers: dict[str, dict[str, str]] = {}
    linear: set[str] = set()
    for name in names:
        match = _role(name)
        if match is None:
            continue
        prefix, role, is_linear = match
        layer = layers.setdefault(prefix, {})
        if role in layer:
            raise InputError(f"{where}: {layer[role]} and {name} are both {role}: keep one of them")
        layer[role] = name
        if is_linear:
            linear.add(prefix)
    whole = [prefix for prefix, roles in layers.items() if all(role in roles for role in NEEDED)]
    if len(whole) > 1:
        shown = ", ".join(prefix.rstrip(".") or "(no prefix)" for prefix in whole[:3])
        raise InputError(
            f"{where} holds {len(whole)} sets of weights ({shown}{', …' if len(whole) > 3 else ''}): "
            "save the one that is meant in a file of its own"
        )
    if not whole:
        raise _missing(names, layers, where)
    layer = layers[whole[0]]
    return WeightNames({role: layer[role] for role in ROLES if role in layer}, whole[0] in linear)


def _role(name: str) -> tuple[str, str, bool] | None:
    plain = _BERT_OUTPUT.sub("attention.self.output.", name.lower())
    if match := _BARE.match(plain):
        return match["prefix"], f"{match['kind']}_{_letter(match['letter'])}", False
    if match := _LINEAR.match(plain):
        kind = "w" if match["kind"] == "weight" else "b"
        return match["prefix"], f"{kind}_{_letter(match['letter'])}", True
    return None


def _letter(word: str) -> str:
    return word[0]


def _missing(names: list[str], layers: Mapping[str, Mapping[str, str]], where: str) -> InputError:
    best = max(layers.values(), key=len, default={})
    missing = [role for role in NEEDED if role not in best]
    shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
    example = _WORDS[missing[0][-1]]
    return InputError(
        f"{where}: {', '.join(missing)} not found among {shown or 'no arrays'}: "
        f"name it {missing[0]}, W_{example} or {example}.weight"
    )
