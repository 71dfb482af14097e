"""Small tokenizers of the kinds that models bring: their settings, and vocabularies of a few entries."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from tests.models.tiny import CONFIGS, recorded, write

CHINESE = "动物没有过马路，因为它太累了。"


def characterwise(text: str = CHINESE) -> Tokenizer:
    """WordPiece as of bert-base-chinese: every Chinese character is a word."""
    words = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##bel", "##iev", "##ably", "a")
    names = {each: i for i, each in enumerate(dict.fromkeys((*words, *text)))}
    tokenizer = Tokenizer(models.WordPiece(names, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(handle_chinese_chars=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.add_special_tokens(["[SEP]"])
    return tokenizer


def bytewise(*whole: str, trim_offsets: bool = False) -> Tokenizer:
    """BPE of bytes as of Qwen: these texts are one piece each, everything else is a piece a byte."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    to_letters = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    merges: list[tuple[str, str]] = []
    for text in whole:
        ((letters, _),) = to_letters.pre_tokenize_str(text)
        merges += [(letters[:i], letters[i]) for i in range(1, len(letters))]
    names = dict.fromkeys((*alphabet, *("".join(each) for each in merges)))
    tokenizer = Tokenizer(
        models.BPE({each: i for i, each in enumerate(names)}, list(dict.fromkeys(merges)))
    )
    tokenizer.normalizer = normalizers.NFC()
    words = (
        r"'s|'t|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(words), "isolated"), to_letters]
    )
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=trim_offsets)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def unigram(*whole: str) -> Tokenizer:
    """SentencePiece as of XLM-RoBERTa: these pieces, "▁" where a word begins, and single characters of the texts."""
    special = ("<s>", "<pad>", "</s>", "<unk>")
    letters = dict.fromkeys(("▁", *"".join(whole)))
    scores = [(each, 0.0) for each in special]
    scores += [(each, -1.0) for each in whole if len(each) > 1]
    scores += [(each, -5.0) for each in letters]
    tokenizer = Tokenizer(models.Unigram(scores, unk_id=3))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def unparted(*whole: str) -> Tokenizer:
    """SentencePiece's BPE as of Llama 2: nothing parts the words before, what is unknown is a piece a byte."""
    pieces = ["<unk>", "<s>", *(f"<0x{each:02X}>" for each in range(256))]
    merges = [(each[:i], each[i]) for each in whole for i in range(1, len(each))]
    pieces += ["▁", *"".join(whole), *("".join(each) for each in merges)]
    names = {each: i for i, each in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(
        models.BPE(names, merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True)
    )
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 1)]
    )
    return tokenizer


def model_with(tokenizer: Tokenizer, folder: Path, name: str) -> Path:
    """A folder with the tiny model of that name, and as many words as the tokenizer has."""
    shapes, _ = recorded(name)
    count = tokenizer.get_vocab_size()
    embedding = next(
        each for each in shapes if each.endswith(("word_embeddings.weight", "embed_tokens.weight"))
    )
    shapes |= {embedding: (count, *shapes[embedding][1:])}
    write(folder, CONFIGS[name] | {"vocab_size": count}, shapes)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder
