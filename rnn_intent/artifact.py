"""The model file: weights and all that prediction needs, in one `model.safetensors`.

Training writes it, inference reads it, and nothing in it is executed, imported by name or used as a path. A file that
is not exactly what `write` wrote is a ModelError of one line.
"""

from __future__ import annotations

import json
import math
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rnn_intent import tensor_file
from rnn_intent.errors import ModelError, TrainingError, printable
from rnn_intent.settings import Settings
from rnn_intent.shapes import HALF, SINGLE, check_tensors
from rnn_intent.stored_settings import settings_from
from rnn_intent.tensor_file import Array
from rnn_intent.text.vocabulary import SPECIALS
from rnn_intent.version import VERSION

FORMAT_VERSION = 1


@dataclass
class Artifact:
    """All that a model is. Tensor names are those of `shapes.expected_shapes`; tables may be float16."""

    settings: Settings
    labels: tuple[str, ...]
    vocabulary: tuple[str, ...]
    tensors: dict[str, Array]
    user_words: tuple[str, ...] = ()
    dictionary: dict[str, str] | None = None
    temperature: float = 1.0
    calibration: dict[str, Any] | None = None
    rejection: dict[str, Any] | None = None
    golden: list[dict[str, Any]] = field(default_factory=list)
    training: dict[str, Any] = field(default_factory=dict)
    library_version: str = VERSION

    def weights(self, name: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        """A tensor as inference computes with it: float32, whatever the file stores."""
        return self.tensors[name].astype(np.float32, copy=False)

    @property
    def dtype(self) -> str:
        return "float16" if self.tensors["head.weight"].dtype == HALF else "float32"


def write(artifact: Artifact, path: str | os.PathLike[str], half: bool = False) -> None:
    """Writes the file whole or not at all; with `half`, matrices take two bytes a weight.

    The same artifact gives the same bytes. Raises ModelError for an artifact that `read` would refuse, TrainingError
    if the disk does not take it (a file that was there before is then untouched).
    """
    from rnn_intent.files import write_atomically  # reading needs none of what writing needs

    path = Path(path)
    data = dump(artifact, half)
    try:
        write_atomically(path, data)
    except OSError as error:
        raise TrainingError(f"{printable(str(path), 300)}: cannot be written: {error.strerror or error}") from error


def dump(artifact: Artifact, half: bool = False) -> bytes:
    """The bytes of the model file. Raises ModelError."""
    tensors = {name: _stored(tensor, half) for name, tensor in artifact.tensors.items()}
    stored = Artifact(**{**artifact.__dict__, "tensors": tensors})
    check(stored)
    try:
        text = json.dumps(_header(stored), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ModelError(f"header: cannot be written as JSON: {error}") from error
    return tensor_file.dump(tensors, {"rnn_intent": text})


def read(path: str | os.PathLike[str]) -> Artifact:
    """Reads and checks a model file. Raises ModelError with the file's name and what is wrong with it."""
    name = printable(os.fspath(path), 300)
    try:
        return load(_bytes(path))
    except ModelError as error:
        raise ModelError([f"{name}: {problem}" for problem in error.problems]) from None


def load(data: bytes) -> Artifact:
    """An artifact from the bytes of a model file. Raises ModelError."""
    tensors, metadata = tensor_file.load(data)
    header = tensor_file.parse_json(metadata.get("rnn_intent", "null"))
    version = header.get("format_version")
    if type(version) is not int or version != FORMAT_VERSION:
        raise ModelError(
            f"format version {printable(str(version))} is not known here (this is rnn-intent {VERSION}, which reads"
            f" version {FORMAT_VERSION}): install the rnn-intent that wrote it"
        )
    artifact = _artifact(header, tensors)
    check(artifact)
    return artifact


def check(artifact: Artifact) -> None:
    """Raises ModelError unless labels, vocabulary, sizes and weights fit together and every answer will be finite."""
    _check_words("labels", artifact.labels)
    _check_words("vocabulary", artifact.vocabulary)
    if len(artifact.labels) < 2 or "" in artifact.labels:
        raise ModelError("labels: a model needs two or more, each with a name")
    if artifact.vocabulary[: len(SPECIALS)] != SPECIALS:
        raise ModelError(f"vocabulary: must start with {', '.join(SPECIALS)}")
    if not math.isfinite(artifact.temperature) or not 1e-3 <= artifact.temperature <= 1e3:
        raise ModelError(f"temperature: {artifact.temperature} is not between 0.001 and 1000")
    parts = artifact.settings.model.pooling
    if not parts or len(set(parts)) != len(parts):
        raise ModelError("settings.model.pooling: needs one or more parts, each once")
    check_tensors(artifact.tensors, artifact.settings, len(artifact.labels), len(artifact.vocabulary))


def weights_hash(artifact: Artifact) -> str:
    """SHA-256 of what was learned, whatever else the file says: every tensor's name, type, shape and numbers."""
    from hashlib import sha256

    digest = sha256()
    for name, tensor in sorted(artifact.tensors.items()):
        digest.update(f"{name} {tensor.dtype.str} {tensor.shape}\n".encode())
        digest.update(np.ascontiguousarray(tensor).tobytes())
    return digest.hexdigest()


def _stored(tensor: Array, half: bool) -> Array:
    """As it goes to disk. Vectors stay exact: they weigh nothing."""
    if tensor.dtype.kind != "f" or tensor.dtype == HALF:
        return tensor
    if not half or tensor.ndim < 2:
        return tensor.astype(SINGLE, copy=False)
    with np.errstate(over="ignore"):  # the check that follows finds what became infinite
        return tensor.astype(HALF)


def _header(artifact: Artifact) -> dict[str, Any]:
    parts = {name: value for name, value in artifact.__dict__.items() if name not in ("tensors", "settings")}
    return {
        "format_version": FORMAT_VERSION,
        "dtype": artifact.dtype,
        "settings": asdict(artifact.settings),
        **parts,
    }


def _artifact(header: Mapping[str, Any], tensors: dict[str, Array]) -> Artifact:
    temperature = _typed(header, "temperature", (float, int))
    return Artifact(
        settings=settings_from(header.get("settings")),
        labels=tuple(_typed(header, "labels", (list,))),
        vocabulary=tuple(_typed(header, "vocabulary", (list,))),
        tensors=tensors,
        user_words=_strings("user_words", _typed(header, "user_words", (list,))),
        dictionary=_typed(header, "dictionary", (dict, type(None))),
        temperature=float(temperature) if abs(temperature) < 2**53 else math.inf,
        calibration=_typed(header, "calibration", (dict, type(None))),
        rejection=_typed(header, "rejection", (dict, type(None))),
        golden=_typed(header, "golden", (list,)),
        training=_typed(header, "training", (dict,)),
        library_version=_typed(header, "library_version", (str,)),
    )


def _typed(header: Mapping[str, Any], key: str, kinds: tuple[type, ...]) -> Any:
    value = header.get(key)
    if type(value) not in kinds:
        raise ModelError(f"header.{key}: is missing or of a wrong type")
    return value


def _strings(name: str, values: Sequence[object]) -> tuple[str, ...]:
    """Raises ModelError for what is no text, lone surrogates included: they could not be printed."""
    words = tuple(value for value in values if type(value) is str)
    try:
        "\n".join(words).encode("utf-8")
    except UnicodeEncodeError:
        raise ModelError(f"{name}: holds a broken character") from None
    if len(words) != len(values):
        raise ModelError(f"{name}: holds something that is no text")
    return words


def _check_words(name: str, words: Sequence[object]) -> None:
    if len(set(_strings(name, words))) != len(words):
        raise ModelError(f"{name}: the same text stands there twice")


def _bytes(path: str | os.PathLike[str]) -> bytes:
    """One read, so that a file replaced meanwhile is the old one or the new one."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ModelError("is a folder or device, not a model file")
            return file.read()
    except OSError as error:
        reason = "is a folder, not a model file" if isinstance(error, IsADirectoryError) else error.strerror
        raise ModelError(f"cannot be read: {reason or error}") from None
    except ValueError:
        raise ModelError("cannot be read: the name holds a NUL character") from None
