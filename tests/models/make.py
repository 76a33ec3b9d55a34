"""Makes the stored models of a released version: python tests/models/make.py VERSION

Run once for each format version, before its release. What it made is never made again: a file that people have must
load and answer the same for ever, and `tests/test_upgrades.py` holds that with these.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from rnn_intent.experiment import train
from rnn_intent.inference.predictor import Predictor

SENTENCES = [
    *(
        "What time is it ?",
        "现在几点了",
        "play some jazz in the kitchen",
        "播放周杰伦的歌",
        "don't wake me at 7",
        "pleese trun off teh lite",
    ),
    *(
        "帮我查一下iPhone 15的价格",
        "Ｔｕｒｎ　ｏｆｆ the lights",
        "明天 Beijing 天气",
        "colourless green ideas",
        "😀",
        "",
        "is " * 300,
    ),
]
COMMON = ["training.threads=1", "training.epochs=8", "training.batch_size=128", "training.learning_rate=0.01"]
COMMON += ["embedding.size=16", "vocabulary.max_size=300", "training.embedding_learning_rate=0.02"]
EXPERIMENTS = {
    "gru": ["model.hidden_size=16", "embedding.ngram_buckets=512"],
    "lstm": ["model.hidden_size=8", "model.cell=lstm", "model.layers=2", "model.pooling=[attention, last]"],
    "scored": ["model.hidden_size=8", "embedding.ngram_buckets=256", "model.pooling=[max, mean]"],
    "rnn": ["model.hidden_size=16", "model.cell=rnn", "model.bidirectional=false", "text.mode=characters"],
}
OWN = {"lstm": ["embedding.ngrams=false", "text.user_dictionary={folder}/words.txt"], "rnn": ["embedding.ngrams=false"]}


def make(version: str) -> None:
    target = Path(__file__).parent / version
    target.mkdir(exist_ok=True)
    for name, changes in EXPERIMENTS.items():
        if (target / f"{name}.safetensors").exists():
            continue
        with tempfile.TemporaryDirectory() as scratch:
            Path(scratch, "words.txt").write_text("iPhone 15\n周杰伦\n", encoding="utf-8")
            overrides = [*COMMON, *changes, *(change.format(folder=scratch) for change in OWN.get(name, []))]
            run = train("base.yaml", Path(scratch) / "run", overrides=overrides, half=name in ("gru", "scored")).run
            (target / f"{name}.safetensors").write_bytes((run / "model.safetensors").read_bytes())
        answers = [answer.to_dict() for answer in Predictor.load(target / f"{name}.safetensors").predict(SENTENCES)]
        text = json.dumps(answers, ensure_ascii=False, indent=1)
        (target / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    make(sys.argv[1])
