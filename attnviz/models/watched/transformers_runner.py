"""Any model of the library transformers, watched while it runs: --backend transformers.

Nothing of a model is loaded that is a pickle, or code of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from attnviz.errors import AttnvizError, InputError
from attnviz.models.locate import ModelLocation
from attnviz.models.safetensors_folder import SafetensorsFolder
from attnviz.models.tokenizer import without_truncation
from attnviz.models.watched.captured_layer import CapturedLayer
from attnviz.models.watched.transformers_watch import AttentionRecorder, LayerRecorded, library
from attnviz.records import record

_ASKS_FOR_TRUST = "trust_remote_code"
"""The option that the library names where a model brings code. Left out, it would ask at the keyboard."""
_UNKNOWN_LENGTH = 100_000


@record(eq=False)
class TransformersRunner:
    """Runs a model by transformers and takes its attention out. It is a `Runner`.

    Raises EnvironmentFault where torch or transformers is missing, InputError for a model that transformers does not
    load without pickles or code of its own, or whose attention does not go through the registry.
    """

    location: ModelLocation
    _loaded: dict[str, Any] = field(default_factory=dict)
    """The model in the types that were asked for."""

    @property
    def layers(self) -> int:
        return int(self._text_config.num_hidden_layers)

    @property
    def heads(self) -> int:
        return int(self._text_config.num_attention_heads)

    @property
    def context_length(self) -> int:
        found = getattr(self._text_config, "max_position_embeddings", None)
        return found if type(found) is int and found > 0 else _UNKNOWN_LENGTH

    @property
    def kind(self) -> str:
        return str(self._config.model_type)

    @property
    def program(self) -> str:
        return f"transformers {library('transformers').__version__}"

    @property
    def files(self) -> Sequence[Path]:
        if self.location.file is not None:
            return (self.location.path,)
        return SafetensorsFolder(self.location.folder).files

    def run(
        self, ids: Sequence[int], dtype: npt.DTypeLike, segments: Sequence[int] = ()
    ) -> Iterator[CapturedLayer]:
        return iter(self._watched(ids, dtype, None, segments))

    def layer_at(
        self, ids: Sequence[int], layer: int, dtype: npt.DTypeLike, segments: Sequence[int] = ()
    ) -> CapturedLayer:
        return self._watched(ids, dtype, layer, segments)[0]

    def _watched(
        self, ids: Sequence[int], dtype: npt.DTypeLike, layer: int | None, segments: Sequence[int]
    ) -> list[CapturedLayer]:
        """That layer, or all of them, as they are when the model reads these tokens."""
        torch = library("torch")
        model = self._model(dtype)
        watch = AttentionRecorder(model, len(ids), layer, self.program)
        with watch.recording(), torch.no_grad(), suppress(LayerRecorded):
            model(torch.tensor([list(ids)]), **self._pair(segments))
        if not watch.seen:
            raise InputError(
                f"{self.location.title}: models of the kind {self.kind!r} do not hand their attention over to others "
                f"in transformers {library('transformers').__version__}"
                + ("" if layer is None else f", or have no layer {layer} of attention")
            )
        return watch.seen

    def _pair(self, segments: Sequence[int]) -> dict[str, Any]:
        """The argument that says which text each token belongs to, for a model that knows two."""
        known = getattr(self._text_config, "type_vocab_size", 0)
        if not segments or not isinstance(known, int) or known < 2:
            return {}
        return {"token_type_ids": library("torch").tensor([list(segments)])}

    def _model(self, dtype: npt.DTypeLike) -> Any:
        name = np.dtype(dtype).name
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def _load(self, dtype: str) -> Any:
        torch, transformers = library("torch"), library("transformers")
        with _loading(self.location):
            model = transformers.AutoModel.from_pretrained(
                self.location.folder,
                config=self._config,
                dtype=getattr(torch, dtype),
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                **_file(self.location),
            )
        # of a model that writes as well as reads, what reads
        if getattr(self._config, "is_encoder_decoder", False):
            model = model.get_encoder()
        return model.eval()

    @cached_property
    def _config(self) -> Any:
        with _loading(self.location):
            return library("transformers").AutoConfig.from_pretrained(
                self.location.folder,
                local_files_only=True,
                trust_remote_code=False,
                **_file(self.location),
            )

    @property
    def _text_config(self) -> Any:
        return self._config.get_text_config()


def tokenizer_of(location: ModelLocation) -> Any:
    """The `tokenizers.Tokenizer` of the model. Raises InputError where transformers has none of that library."""
    with _loading(location):
        found = library("transformers").AutoTokenizer.from_pretrained(
            location.folder, local_files_only=True, trust_remote_code=False, **_file(location)
        )
    if not found.is_fast:
        raise InputError(
            f"{location.title}: its tokenizer is none of the library tokenizers, whose pieces know where they stand"
        )
    return without_truncation(found.backend_tokenizer)


def _file(location: ModelLocation) -> dict[str, str]:
    return {} if location.file is None else {"gguf_file": location.file}


@contextmanager
def _loading(location: ModelLocation) -> Iterator[None]:
    """Turns the library's errors on loading a model into one line."""
    try:
        yield
    except AttnvizError:
        raise
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, AttributeError) as error:
        said = " ".join(str(error).split())[:300]
        if _ASKS_FOR_TRUST in str(error):
            raise InputError(
                f"{location.path} brings code of its own, which is never run: name a model of a kind that "
                "transformers knows, or run it yourself and give its queries, keys and values with --qkv"
            ) from error
        raise InputError(
            f"{location.path}: transformers does not load this, or not without pickles and code of its own: {said}"
        ) from error
