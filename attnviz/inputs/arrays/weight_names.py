"""Finds w_q, w_k, w_v, w_o and biases among the arrays of a weights file, whatever they are called.

Four conventions are understood, each after a common prefix such as `model.layers.0.self_attn.`:

- `w_q`, `W_Q`, `wq`, `W_query`, and `b_q`, `bq`, `b_query`: documented as (in, out), x · w_q;
- `q_proj.weight`, `query.weight`, `q.weight`, `wq.weight`, `to_q.weight`, `q_lin.weight`, `q_proj_weight`, and the same
  with `bias`: torch.nn.Linear, which keeps (out, in);
- `query.kernel`, `q_proj.kernel` or `query/kernel:0`: Flax and Keras, which keep (in, out);
- one array for all three, in one of the layouts of `fused_weights`: `in_proj_weight` of torch.nn.MultiheadAttention,
  `c_attn.weight` of GPT-2, `qkv_proj.weight` of Phi-3, `Wqkv.weight` of MPT and ModernBERT, `qkv.weight` of ViT,
  `W_pack.weight` of Baichuan; `query_key_value.weight` of GPT-NeoX, BLOOM and Falcon, which goes head by head.
  `out_proj`, `c_proj`, `proj` or `dense` beside them is the output, and `bias` belongs to each.

Upper and lower case are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from attnviz.errors import InputError, closest
from attnviz.inputs.arrays.fused_weights import BY_HEAD, STACKED
from attnviz.records import record

NEEDED = ("w_q", "w_k", "w_v")
FUSED = "w_qkv"
"""The role of one array that holds the matrices of queries, keys and values."""
FUSED_BIAS = "b_qkv"
ROLES = (*NEEDED, "w_o", "b_q", "b_k", "b_v", "b_o")
_FOUND = (*ROLES, FUSED, FUSED_BIAS)

_WORDS = {"q": "query", "k": "key", "v": "value", "o": "output"}
_LETTER = "(?P<{}>q|k|v|o|query|key|value|out|output)"
_BARE = re.compile(rf"(?P<prefix>(?:.*\.)?)_?(?P<kind>[wb])_?{_LETTER.format('letter')}$")
_LINEAR = re.compile(
    rf"(?P<prefix>(?:.*\.)?)(?:to_|w_?)?{_LETTER.format('letter')}(?:_proj|_lin|_linear)?(?:\.0)?"
    r"[._](?P<kind>weight|kernel|bias)$"
)
_FUSED = re.compile(
    r"(?P<prefix>(?:.*\.)?)(?P<name>in_proj|c_attn|c_proj|qkv_proj|(?:to_)?qkv|wqkv|w_pack|query_key_value)"
    r"[._](?P<kind>weight|bias)$"
)
_BARE_FUSED = ("in_proj", "c_attn", "qkv_proj", "qkv", "to_qkv", "wqkv", "w_qkv", "w_pack")
"""Names of one array for all three that say too little to be read."""
_CONV1D = ("c_attn", "c_proj")
"""Names of GPT-2, which keeps (in, out)."""
_SAME_HEADS = ("in_proj",)
_GOES_BY_HEAD = ("query_key_value",)
_OUTPUT = re.compile(r"(?P<prefix>(?:.*\.)?)(?:proj|dense)[._](?P<kind>weight|bias)$")
"""The output where it stands beside one array for all three; elsewhere much else has such a name."""
# BERT and ViT keep the output projection beside the block of the other three.
_OUTPUT_BESIDE = re.compile(r"attention\.output\.dense\.(?=weight$|kernel$|bias$)")
_BLOCK = re.compile(
    r"attention\.(?:self|attention)\.(?=(?:query|key|value)\.(?:weight|kernel|bias)$)"
)
_UNUSED = re.compile(
    r"(?:bias_[kv]|[qk]_norm\.weight|[qk]_layernorm\.weight|inner_attn_ln\.weight"
    r"|[\w.]*relative_attention_bias\.weight|sinks)$"
)
"""Arrays of the same layer that change its attention, and are not applied."""
_ADAPTER = re.compile(
    r"(?:^|[._])lora_(?:a|b|down|up|magnitude\w*)(?:[._]|$)|_lora\.(?:up|down)[._]"
)
"""Names of what PEFT, loralib and the scripts for diffusers add to a matrix."""
_QUANTISED = re.compile(
    r"[._]?(?:scb|scales?|(?:weight_)?(?:scale\w*|zero_point|packed|shape|format)|q?zeros|qweight"
    r"|(?:input|output)_scale\w*|(?:weight\.)?(?:nested_)?(?:absmax|quant_map|quant_state[\w.]*)|g_idx)$"
)
"""What follows the name of a matrix in the names of what goes with it: bitsandbytes, GPTQ, AWQ, FP8 and their kin."""
_PACKED = re.compile(r"[._](?:qweight|weight_packed)$")
"""Names of matrices that are of no use as they are."""
_SHOWN = 3


@record
class WeightNames:
    """The arrays of one attention layer: role → name in the file."""

    names: Mapping[str, str]
    is_linear: bool
    """True if the names are those of torch.nn.Linear, whose matrices are (out, in)."""
    prefix: str = ""
    """The common beginning of the names, without the point at its end."""
    is_one_of: int = 1
    """The number of layers in the file."""
    layout: str = STACKED
    """The layout of an array that holds all three, as its name says."""
    same_heads: bool = True
    """True where keys have as many heads as queries in every file with the name of that array."""
    unused: tuple[str, ...] = ()
    """Arrays of the layer that would change its attention and are not applied."""
    left_out: tuple[str, ...] = ()
    """Other arrays of the layer, whose names say nothing."""


def find_weight_names(
    names: Iterable[str], where: str, prefix: str | None = None, *, flag: str = "--prefix"
) -> WeightNames:
    """Assigns a role to each of `names`. Of several layers `prefix` chooses one: the beginning of its names.

    Raises InputError if w_q, w_k or w_v is missing, stands there twice, or there are several layers to choose from.

    >>> find_weight_names(["layer.q_proj.weight", "layer.k_proj.weight", "layer.v_proj.weight"], "m.npz").is_linear
    True
    >>> find_weight_names(["in_proj_weight", "in_proj_bias"], "m.npz").names
    {'w_qkv': 'in_proj_weight', 'b_qkv': 'in_proj_bias'}
    """
    names = list(names)
    layers: dict[str, dict[str, str]] = {}
    outputs: dict[str, dict[str, str]] = {}
    linear: set[str] = set()
    for name in names:
        match = _role(name)
        if match is None:
            if beside := _OUTPUT.match(name.lower()):
                role = "w_o" if beside["kind"] == "weight" else "b_o"
                outputs.setdefault(beside["prefix"], {})[role] = name
            continue
        start, role, is_linear = match
        layer = layers.setdefault(start, {})
        if role in layer:
            raise InputError(f"{where}: {layer[role]} and {name} are both {role}: keep one of them")
        layer[role] = name
        if is_linear:
            linear.add(start)
    whole = [start for start, roles in layers.items() if _is_whole(roles)]
    beginnings = {
        start: _beginning(layers[start].get(FUSED) or layers[start]["w_q"]) for start in whole
    }
    if not whole:
        _check_plain(names, (), where)
        raise _missing(names, layers, where)
    chosen = _chosen(whole, beginnings, prefix, where, flag)
    layer = layers[chosen]
    both = next((role for role in NEEDED if role in layer), None) if FUSED in layer else None
    if both is not None:
        raise InputError(
            f"{where}: {layer[FUSED]} and {layer[both]} are both {both}: keep one of them"
        )
    if FUSED in layer:
        layer = outputs.get(chosen, {}) | layer
    fused = _FUSED.match(layer[FUSED].lower()) if FUSED in layer else None
    start = beginnings[chosen]
    of_others = tuple(each for each in beginnings.values() if len(each) > len(start))
    of_layer = [name for name in names if name.startswith(start) and not name.startswith(of_others)]
    _check_plain(of_layer, [layer[role] for role in layer if role.startswith("w_")], where)
    unused = tuple(name for name in of_layer if _UNUSED.match(name[len(start) :].lower()))
    used = {*layer.values(), *unused}
    return WeightNames(
        {role: layer[role] for role in _FOUND if role in layer},
        chosen in linear,
        beginnings[chosen].rstrip("./"),
        len(whole),
        layout=BY_HEAD if fused is not None and fused["name"] in _GOES_BY_HEAD else STACKED,
        same_heads=fused is not None and fused["name"] in _SAME_HEADS,
        unused=unused,
        left_out=tuple(name for name in of_layer if name not in used),
    )


def _check_plain(names: Sequence[str], matrices: Sequence[str], where: str) -> None:
    """Raises InputError where other arrays are to be added to the matrices or multiplied with them first."""
    stems = tuple(re.sub(r"weight$", "", each.lower()) for each in matrices)
    for name in names:
        if _ADAPTER.search(name.lower()):
            raise InputError(
                f"{where} holds an adapter (LoRA), {name}, which is not applied: "
                "merge it into the weights first, as model.merge_and_unload() of PEFT does, and save them again"
            )
        plain = name.lower()
        goes_with = any(
            plain.startswith(stem) and _QUANTISED.fullmatch(plain[len(stem) :]) for stem in stems
        )
        if goes_with or _PACKED.search(plain):
            raise InputError(
                f"{where} holds quantised weights: {name} belongs to them and is not applied: "
                "save them as plain numbers, as model.dequantize() of transformers makes them"
            )


def _beginning(name: str) -> str:
    """What stands before the part that names the array, with its point at the end."""
    plain = _plain(name)
    match = _BARE.match(plain) or _FUSED.match(plain) or _LINEAR.match(plain)
    assert match is not None  # it has a role
    return name[: len(match["prefix"])]


def _is_whole(roles: Mapping[str, str]) -> bool:
    return FUSED in roles or all(role in roles for role in NEEDED)


def _chosen(
    whole: Sequence[str],
    beginnings: Mapping[str, str],
    prefix: str | None,
    where: str,
    flag: str,
) -> str:
    """The layer that `prefix` names, or the only one."""
    known = [beginnings[start].rstrip("./") or "(no prefix)" for start in whole]
    if prefix is None:
        if len(whole) == 1:
            return whole[0]
        raise InputError(
            f"{where} holds {len(whole)} sets of weights ({_listed(known)}): "
            f"choose one with {flag} {known[0] if beginnings[whole[0]] else known[1]}"
        )
    # "layers.1" is the beginning of layers.1.self_attn, and not of layers.10.self_attn
    start = _plain(prefix.strip()).rstrip(".")
    named = {each: _plain(beginnings[each]) for each in whole}
    exact = [each for each in whole if named[each].rstrip(".") == start]
    fitting = exact or [each for each in whole if not start or named[each].startswith(f"{start}.")]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        within = [beginnings[each].rstrip("./") or "(no prefix)" for each in fitting]
        raise InputError(
            f"{where} has {len(fitting)} sets of weights under {prefix!r} ({_listed(within)}): "
            f"choose one with {flag} {within[0]}"
        )
    # layer 9 is not what layer 99 was meant for
    same_numbers = [each for each in known if _numbers(each) == _numbers(prefix)]
    near = closest(prefix, same_numbers, likeness=0.5)
    hint = f"did you mean {near!r}? " if near else ""
    raise InputError(f"{where} has no weights under {prefix!r}: {hint}It has {_listed(known)}")


def _numbers(name: str) -> list[str]:
    return re.findall(r"\d+", name)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")


def _plain(name: str) -> str:
    """The name in small letters, its parts parted by points; TensorFlow writes query/kernel:0."""
    return name.lower().replace("/", ".").removesuffix(":0")


def _role(name: str) -> tuple[str, str, bool] | None:
    plain = _OUTPUT_BESIDE.sub("attention.self.output.", _plain(name))
    plain = _BLOCK.sub("attention.self.", plain)
    if match := _BARE.match(plain):
        return match["prefix"], f"{match['kind']}_{_letter(match['letter'])}", False
    if match := _FUSED.match(plain):
        kind = "w" if match["kind"] == "weight" else "b"
        # GPT-2 calls its output projection c_proj, and that of torch.nn.MultiheadAttention is a Linear: out_proj
        role = "o" if match["name"] == "c_proj" else "qkv"
        return match["prefix"], f"{kind}_{role}", match["name"] not in _CONV1D
    if match := _LINEAR.match(plain):
        kind = "b" if match["kind"] == "bias" else "w"
        # a bias goes with a kernel, (in, out), too
        return match["prefix"], f"{kind}_{_letter(match['letter'])}", match["kind"] == "weight"
    return None


def _letter(word: str) -> str:
    return word[0]


def _missing(names: list[str], layers: Mapping[str, Mapping[str, str]], where: str) -> InputError:
    last = {name: _plain(name).rpartition(".")[2] for name in names}
    vectors = [name for name in names if last[name] in (*"qkv", "query", "key", "value")]
    if len(vectors) == len(NEEDED):
        return InputError(
            f"{where} holds {', '.join(vectors)}: queries, keys and values are given with --qkv, and matrices that "
            "make them of x are named w_q, w_k, w_v"
        )
    fused = [name for name in names if last[name] in _BARE_FUSED]
    if fused:
        return InputError(
            f"{where}: {fused[0]}, if it holds the matrices of queries, keys and values one after the other, is to "
            "have the name in_proj_weight"
        )
    best = max(layers.values(), key=len, default={})
    missing = [role for role in NEEDED if role not in best]
    shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
    example = _WORDS[missing[0][-1]]
    return InputError(
        f"{where}: {', '.join(missing)} not found among {shown or 'no arrays'}: "
        f"name it {missing[0]}, W_{example} or {example}.weight"
    )
