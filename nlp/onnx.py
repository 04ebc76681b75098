"""The same weights without torch: exported once by a child process, then run by onnxruntime in a fraction of a second.

Pooling and normalising are part of the exported graph, so that only the finished vectors leave it.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from nlp.embedding import Progress, Vectors, _json
from nlp.errors import ModelUnavailable

FILE = "model.onnx"
#: Padded tokens in one batch: about two passages. Batches are computed side by side, each by one thread: less waiting
#: for one another than with all threads at one batch, and small ones stay in the processor's cache.
TOKENS = 256
#: Tokens, and share of the longest text in a batch, by which others in it may be shorter. A text alone costs hardly more
#: than the same text in a batch, but padding costs as much as text: with a file's passages together, a third of all.
SHORTER, SHARE = 8, 0.1
#: Seconds an export may take; 20 are usual, most of them imports.
PATIENCE = 600


class OnnxEmbedder:
    """A mean-pooling BERT run by onnxruntime."""

    def __init__(self, path: Path, folder: Path, *, name: str, fingerprint: str, dimension: int, threads: int) -> None:
        """Load the exported graph and the model's own tokenizer."""
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._threads = ThreadPoolExecutor(threads, "embedding")
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.name, self.fingerprint, self.dimension = name, fingerprint, dimension
        self.max_tokens = int(_json(folder / "sentence_bert_config.json").get("max_seq_length") or 512)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(self.max_tokens)
        self._tokenizer.no_padding()

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Give unit vectors; texts of like length are computed together, so that little is padded."""
        found = np.zeros((len(texts), self.dimension), np.float32)
        encoded = [np.asarray(e.ids, np.int64) for e in self._tokenizer.encode_batch_fast(list(texts))]
        parts = list(batches([len(ids) for ids in encoded]))
        computed = self._threads.map(lambda rows: self._run([encoded[i] for i in rows], len(encoded[rows[0]])), parts)
        done = 0
        for rows, vectors in zip(parts, computed, strict=True):
            found[rows] = vectors
            done += len(rows)
            if progress:
                progress(done)
        return found

    def _run(self, rows: list[np.ndarray], width: int) -> Vectors:
        ids = np.zeros((len(rows), width), np.int64)
        mask = np.zeros_like(ids)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = row
            mask[place, : len(row)] = 1
        vectors: Vectors = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return vectors


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Give the places of texts of like length together, the longest first.

    >>> list(batches([100, 5, 97, 60, 3]))
    [[0, 2], [3], [1, 4]]
    """
    rows: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        width = lengths[rows[0]] if rows else 0
        full = (len(rows) + 1) * width > TOKENS
        if rows and (full or width - lengths[place] > max(SHORTER, SHARE * width)):
            yield rows
            rows = []
        rows.append(place)
    if rows:
        yield rows


def exported(folder: Path, cache: Path) -> Path:
    """Give the exported graph of a model, exporting it if it is not there yet. Raises ModelUnavailable."""
    from filelock import FileLock

    path = cache / FILE
    if path.is_file():
        return path
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / "export.lock"):
        if not path.is_file():
            _export_aside(folder, path)
    return path


def _export_aside(folder: Path, path: Path) -> None:
    """Export in a child process, which takes torch's memory with it, and put the file in place whole."""
    with tempfile.TemporaryDirectory(dir=path.parent) as aside:
        made = Path(aside) / FILE
        command = [sys.executable, "-m", "nlp.onnx", str(folder), str(made)]
        here = str(Path(__file__).resolve().parent.parent)
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))}
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=PATIENCE, env=environment, check=False
            )
        except (subprocess.TimeoutExpired, OSError) as error:
            raise ModelUnavailable(
                f'Exporting the model to ONNX did not end ({type(error).__name__}). Set [embedding] backend = "torch".'
            ) from error
        if done.returncode != 0 or not made.is_file():
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise ModelUnavailable(f'Exporting the model to ONNX failed ({reason}). Set [embedding] backend = "torch".')
        with made.open("rb") as whole:
            os.fsync(whole.fileno())
        made.replace(path)


def export(folder: Path, path: Path) -> None:
    """Write the transformer with mean pooling and normalising as one graph with free batch and length."""
    import warnings

    import torch
    from transformers import AutoModel

    warnings.simplefilter("ignore")

    class Pooled(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.bert = AutoModel.from_pretrained(folder, local_files_only=True, attn_implementation="eager").eval()

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            tokens = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            weight = attention_mask.unsqueeze(-1).to(tokens.dtype)
            mean = (tokens * weight).sum(1) / weight.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, dim=-1)

    example = torch.ones((2, 8), dtype=torch.int64)
    axes = {0: "batch", 1: "length"}
    with torch.no_grad():
        torch.onnx.export(
            Pooled(),
            (example, example),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["vectors"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "vectors": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
