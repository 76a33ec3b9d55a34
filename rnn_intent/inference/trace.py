"""How the network reads a sentence: what it believes after each token, and what its cells did to get there.

    trace(artifact, "What time is it ?").steps[1].winner      after "What time"

Gates and states come from the equations in `cells.py`, in float64; answers from the encoder that predicts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_intent.artifact import Artifact
from rnn_intent.inference.cells import Array
from rnn_intent.inference.embedding import vocabulary_of
from rnn_intent.inference.encoder import Encoder
from rnn_intent.inference.head import Head
from rnn_intent.inference.reference import DirectionReading, Reading, read_vectors, token_vectors
from rnn_intent.inference.trace_shapes import Shape, shapes
from rnn_intent.metrics import softmax
from rnn_intent.settings import ModelSettings
from rnn_intent.text.tokenizer import Tokenizer
from rnn_intent.text.tokens import Token
from rnn_intent.text.vocabulary import SPECIALS, UNK

DIRECTION_NAMES = ("forward", "backward")


@dataclass(frozen=True)
class Omission:
    """The answer to the sentence without one token: its winner, and how the full sentence's winner fares there.

    change: of the probability of the full sentence's winner, between -1 and 1; below 0 where the token spoke for it.
    """

    winner: str
    confidence: float
    change: float


@dataclass(frozen=True)
class Step:
    """One token, and the answer had the sentence ended there.

    start, end: of the token in the text; known: whether the vocabulary has it, or the word that it is read as (else it
    is read by its n-grams alone); read_as: the known word that it is taken to be a typo of;
    probabilities: (labels,); changed: whether the winner is another than one token before.
    """

    token: str
    start: int
    end: int
    known: bool
    probabilities: Array
    winner: str
    changed: bool
    omission: Omission | None = None
    read_as: str | None = None


@dataclass(frozen=True)
class Trace:
    """A sentence, read. settled_at: the step from which on the winner never changed; reading: of the full sentence."""

    text: str
    labels: tuple[str, ...]
    model: ModelSettings
    steps: list[Step]
    settled_at: int
    reading: Reading
    shapes: list[Shape]

    @property
    def intent(self) -> str:
        return self.steps[-1].winner

    @property
    def confidence(self) -> float:
        return float(self.steps[-1].probabilities.max())

    def ranking(self, step: int, top_k: int) -> list[tuple[str, float]]:
        """The likeliest intents at a step, the first one first."""
        probabilities = self.steps[step].probabilities
        order = np.argsort(-probabilities, kind="stable")[:top_k]
        return [(self.labels[index], float(probabilities[index])) for index in order]

    def directions(self) -> Iterator[tuple[str, DirectionReading]]:
        """Each direction of each layer and its name: `forward` or, with several layers, `layer 1 forward`."""
        for number, layer in enumerate(self.reading.layers, start=1):
            for name, direction in zip(DIRECTION_NAMES, layer, strict=False):
                yield (name if len(self.reading.layers) == 1 else f"layer {number} {name}"), direction

    def to_dict(self, top_k: int = 5, gates: bool = False) -> dict[str, Any]:
        """For programs. gates: with every number of every gate and state."""
        told: dict[str, Any] = {
            "text": self.text,
            "intent": {"name": self.intent, "confidence": self.confidence},
            "settled_at": self.settled_at,
            "prefixes": "read anew" if self.model.bidirectional else "running",
            "steps": [self._step_dict(index, top_k) for index in range(len(self.steps))],
            "shapes": [{"place": s.place, "what": s.what, "shape": list(s.shape)} for s in self.shapes],
        }
        if gates:
            told["cells"] = [_direction_dict(name, direction) for name, direction in self.directions()]
        return told

    def _step_dict(self, index: int, top_k: int) -> dict[str, Any]:
        step = self.steps[index]
        keys = "token", "start", "end", "known", "read_as", "changed"
        told: dict[str, Any] = {name: getattr(step, name) for name in keys}
        told["settled"] = index >= self.settled_at
        ranking = self.ranking(index, top_k)
        told["intent_ranking"] = [{"name": name, "confidence": share} for name, share in ranking]
        if step.omission is not None:
            told["without"] = dict(vars(step.omission))
        return told


def trace(artifact: Artifact, text: str, leave_one_out: bool = False) -> Trace:
    """Reads a sentence and tells what happened at every token.

    A unidirectional network believes something after each token, and goes on from there. A bidirectional one does not:
    backward begins at the end, so each prefix is read anew, as if it were the sentence. leave_one_out: also reads the
    sentence without each of its tokens. A text without tokens is the one token `<unk>`, as everywhere.
    """
    tokens = Tokenizer(artifact.settings.text, artifact.user_words, artifact.dictionary).tokens(text)
    words = [token.text for token in tokens]
    inputs = token_vectors(artifact, words)
    reading = read_vectors(artifact, inputs)
    beliefs, without = _answers(artifact, words, leave_one_out)
    winners = [artifact.labels[index] for index in beliefs.argmax(axis=1)]
    omissions = _omissions(artifact.labels, beliefs[-1], without) if leave_one_out else [None] * len(winners)
    vocabulary = vocabulary_of(artifact)
    read = vocabulary.read(words) or ["<unk>"]
    known = [number != UNK for number in vocabulary.ids(read)]
    steps = [
        Step(
            *token,
            known[place],
            beliefs[place],
            winner,
            _changed(winners, place),
            omissions[place],
            None if read[place] == token.text else read[place],
        )
        for place, (token, winner) in enumerate(zip(tokens or [_no_token()], winners, strict=True))
    ]
    settled_at = next(place for place in range(len(winners)) if len(set(winners[place:])) == 1)
    model = artifact.settings.model
    return Trace(text, artifact.labels, model, steps, settled_at, reading, shapes(artifact, inputs, reading))


def measures(direction: DirectionReading) -> dict[str, Array]:
    """What a reader can take in of a direction, each (time,): mean gates, and norms of cell and state."""
    means = {f"{name} gate": gate.mean(axis=1) for name, gate in direction.gates.items() if name != "candidate"}
    if direction.cells is not None:
        means["cell norm"] = np.linalg.norm(direction.cells, axis=1)
    return means | {"state norm": np.linalg.norm(direction.states, axis=1)}


def _answers(artifact: Artifact, words: list[str], leave_one_out: bool) -> tuple[Array, Array]:
    """Probabilities of every prefix, (time, labels), and of the sentence without each token, (time, labels) or none."""
    places = range(max(1, len(words)))
    prefixes = [words[: place + 1] for place in places]
    gaps = [words[:place] + words[place + 1 :] for place in places] if leave_one_out else []
    probabilities = np.empty((len(prefixes) + len(gaps), len(artifact.labels)), dtype=np.float32)
    encoder, head = Encoder(artifact), Head(artifact)
    for rows, summaries in encoder.summaries(encoder.look_up(prefixes + gaps)):
        probabilities[rows] = softmax(head.read(summaries)[0], artifact.temperature)
    return probabilities[: len(prefixes)], probabilities[len(prefixes) :]


def _omissions(labels: Sequence[str], answer: Array, without: Array) -> list[Omission]:
    """answer: (labels,), to the full sentence; without: (time, labels)."""
    winner = int(answer.argmax())
    best = without.argmax(axis=1)
    changes = without[:, winner] - answer[winner]
    return [
        Omission(labels[index], float(row[index]), float(change))
        for index, row, change in zip(best, without, changes, strict=True)
    ]


def _changed(winners: list[str], place: int) -> bool:
    return place > 0 and winners[place] != winners[place - 1]


def _no_token() -> Token:
    return Token(SPECIALS[UNK], 0, 0)


def _direction_dict(name: str, direction: DirectionReading) -> dict[str, Any]:
    told: dict[str, Any] = {"direction": name}
    told["means"] = {key: values.tolist() for key, values in measures(direction).items()}
    told["gates"] = {gate: values.round(6).tolist() for gate, values in direction.gates.items()}
    told["states"] = direction.states.round(6).tolist()
    if direction.cells is not None:
        told["cells"] = direction.cells.round(6).tolist()
    return told
