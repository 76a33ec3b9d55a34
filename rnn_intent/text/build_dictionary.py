"""Write the mapped dictionary from the installed jieba: `python -m rnn_intent.text.build_dictionary [FILE]`.

The same jieba and marisa-trie give the same bytes; a test holds it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import marisa_trie

from rnn_intent.text.chinese import PATH, RECORD, TOTAL_KEY, import_jieba


def build_dictionary(target: Path) -> int:
    """Put jieba's prefix dict, words and what begins them, into a trie at `target`. Returns the number of entries."""
    jieba = import_jieba()
    source = Path(str(jieba.__file__)).with_name("dict.txt")
    frequencies, total = jieba.Tokenizer.gen_pfdict(source.open("rb"))  # jieba closes the file
    frequencies[TOTAL_KEY] = total
    trie = marisa_trie.RecordTrie(RECORD, ((word, (frequencies[word],)) for word in sorted(frequencies)))
    trie.save(str(target))
    return len(trie)


if __name__ == "__main__":
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else PATH
    print(f"{path}: {build_dictionary(path):,} entries, {path.stat().st_size:,} bytes", file=sys.stderr)
