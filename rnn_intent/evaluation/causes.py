"""One likely cause for an error, by fixed rules; the first that holds is named.

1. out of scope: the row is marked so, or the model has no intent of the row's name.
2. label conflict: the training data hold the same words, or nearly (four fifths of them), under the intent that won.
3. unknown words: a third or more of the words never occurred in training, or the word at which the answer flipped.
4. too few rows: the right intent has fewer than 10 training rows, or fewer than 50 and less than a third of the
   winner's.
5. out of scope: the sentence is less like any training sentence than 99 in 100 rightly answered sentences are.
6. overlap of two intents: all else. The model knows the words and has seen enough rows, and still mixes the two.
"""

from __future__ import annotations

from dataclasses import dataclass

from rnn_intent.charts import percent

LABEL_CONFLICT = "label conflict"
TOO_FEW_ROWS = "too few rows"
UNKNOWN_WORDS = "unknown words"
OVERLAP = "overlap of two intents"
OUT_OF_SCOPE = "out of scope"

FEW_ROWS = 10
SHARE_OF_RIVAL = 1 / 3
ENOUGH_ROWS = 50  # from here on, a larger rival is no excuse
UNKNOWN_SHARE = 1 / 3
NEARLY_THE_SAME = 0.8
USUAL_SHARE = 0.01  # of rightly answered sentences, the share that may be less like training than "far" means


@dataclass(frozen=True)
class Evidence:
    """What is known about one error.

    known_intent: the model has the row's intent; twin: a training row of the rival intent with (nearly) the same
    words, as `file:line`, and twin_overlap the share of words they have in common; words, unknown: how many there
    are; flip_unknown: the word at which the answer flipped never occurred in training; right_rows, rival_rows: their
    training rows; similarity: cosine to the nearest training row; far_below: the bound of rule 5; right, rival: their
    probability.
    """

    in_scope: bool
    known_intent: bool
    twin: str | None
    twin_overlap: float
    words: int
    unknown: int
    flip_unknown: bool
    right_rows: int
    rival_rows: int
    similarity: float
    far_below: float
    right: float
    rival: float


def likely_cause(evidence: Evidence) -> tuple[str, str]:
    """The cause and the evidence for it in a sentence. The rules stand at the head of this file."""
    for rule in _RULES:
        found = rule(evidence)
        if found is not None:
            return found
    return OVERLAP, _overlap(evidence)


def _not_in_model(evidence: Evidence) -> tuple[str, str] | None:
    if not evidence.in_scope:
        return OUT_OF_SCOPE, "The row is marked as out of scope, and the model took it for one of its own."
    if not evidence.known_intent:
        return OUT_OF_SCOPE, "The training rows hold no such intent, so the model cannot answer it."
    return None


def _conflict(evidence: Evidence) -> tuple[str, str] | None:
    if evidence.twin is None or evidence.twin_overlap < NEARLY_THE_SAME:
        return None
    how = "the same words" if evidence.twin_overlap == 1.0 else "nearly the same words"
    return LABEL_CONFLICT, f"Training has {how} under the other intent ({evidence.twin})."


def _unknown(evidence: Evidence) -> tuple[str, str] | None:
    if evidence.unknown and evidence.unknown >= UNKNOWN_SHARE * evidence.words:
        return UNKNOWN_WORDS, f"{evidence.unknown} of {evidence.words} words never occurred in training."
    if evidence.flip_unknown:
        return UNKNOWN_WORDS, "The answer flipped at a word that never occurred in training."
    return None


def _few(evidence: Evidence) -> tuple[str, str] | None:
    right, rival = evidence.right_rows, evidence.rival_rows
    if right < FEW_ROWS or (right < ENOUGH_ROWS and right < SHARE_OF_RIVAL * rival):
        return TOO_FEW_ROWS, f"The right intent has {right} training rows, the other one {rival}."
    return None


def _far(evidence: Evidence) -> tuple[str, str] | None:
    if evidence.similarity >= evidence.far_below:
        return None
    return OUT_OF_SCOPE, (
        f"No training sentence is much like it: the nearest has a similarity of {evidence.similarity:.2f}, and"
        f" 99 in 100 rightly answered sentences have more than {evidence.far_below:.2f}."
    )


def _overlap(evidence: Evidence) -> str:
    return (
        f"Known words and enough rows; the right intent got {percent(evidence.right)},"
        f" the other one {percent(evidence.rival)}."
    )


_RULES = (_not_in_model, _conflict, _unknown, _few, _far)
