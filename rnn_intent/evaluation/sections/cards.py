"""Every error, one by one."""

from __future__ import annotations

from collections.abc import Sequence

from rnn_intent.charts import percent
from rnn_intent.evaluation.errors import ACCEPTED, REJECTED, WRONG, Card, ErrorCards, Word
from rnn_intent.evaluation.neighbours import Neighbour
from rnn_intent.evaluation.tables import counted
from rnn_intent.page import shown

LONGEST = 300  # characters of a sentence that are shown


def one_by_one(cards: ErrorCards) -> str:
    if not cards.cards:
        return "<p class='answer'>There is none.</p>"
    return (
        _answer(cards)
        + "<p class='note'>Words <span class='unknown'>never seen</span> and <span class='rare'>hardly seen</span> in"
        " training are underlined; the word from which on the answer stayed what it is stands"
        " <span class='flip'>so</span>. Similarity is the cosine of the summaries of two sentences: how near to each"
        " other the model puts them.</p>"
        '<div class="cards" data-choice="cause" data-filter="filter by words, intent or file" data-show="12">'
        + "\n".join(_card(card) for card in cards.cards)
        + "</div>"
    )


def _answer(cards: ErrorCards) -> str:
    count = {kind: sum(card.kind == kind for card in cards.cards) for kind in (WRONG, ACCEPTED, REJECTED)}
    parts = [
        f"{count[WRONG]:,} answered wrong",
        *([f"{count[ACCEPTED]:,} out of scope but accepted"] if count[ACCEPTED] else []),
        *([f"{count[REJECTED]:,} rejected although the answer was right"] if count[REJECTED] else []),
    ]
    of = "" if len(cards.cards) == cards.found else f" of {cards.found:,}"
    sentences = counted(len(cards.cards), "sentence")
    return f"<p class='answer'>{sentences}{of}: {', '.join(parts)}. The surest errors come first.</p>"


def _card(card: Card) -> str:
    return (
        f'<article data-cause="{shown(card.cause)}"><p class="sentence">{_sentence(card)}</p>'
        f'<p class="verdict">{_verdict(card)}</p>'
        f'<p class="cause"><b>{shown(card.cause.capitalize())}.</b> {shown(card.why)} {_flip(card)}</p>'
        f'<div class="evidence">{_ranking(card)}<div>{_near(card)}</div></div></article>'
    )


def _sentence(card: Card) -> str:
    """The text as it was written, with its unusual words and the word of the flip marked."""
    parts, done = [], 0
    flip = card.flip.token if card.flip and card.flip.before is not None else -1
    for index, word in enumerate(card.words):
        if word.end > LONGEST:
            break
        parts.append(shown(card.text[done : word.start]))
        parts.append(_marked(shown(card.text[word.start : word.end]), word, index == flip))
        done = word.end
    rest = card.text[done:]
    return "".join(parts) + shown(rest, max(1, LONGEST - done)) if card.text.strip() else "<i>(blank)</i>"


def _marked(html: str, word: Word, flip: bool) -> str:
    looks = [
        name
        for name, holds in (("unknown", not word.known), ("rare", word.known and word.unusual), ("flip", flip))
        if holds
    ]
    if not looks:
        return html
    times = "never seen in training" if not word.seen else f"seen {counted(word.seen, 'time')} in training"
    return f'<span class="{" ".join(looks)}" title="{times}">{html}</span>'


def _verdict(card: Card) -> str:
    place = f' <span class="soft">{shown(card.source, 120)}</span>' if card.source else ""
    answer = shown(card.ranking[0][0], 60)
    if card.kind == ACCEPTED:
        return f'out of scope, answered <b class="rust">{answer}</b>{place}'
    if card.kind == REJECTED:
        return f'<b class="blue">{answer}</b> would have been right, but it was <b class="rust">rejected</b>{place}'
    turned = " and rejected" if card.turned_away else ""
    return (
        f'should be <b class="blue">{shown(card.intent, 60)}</b>, answered <b class="rust">{answer}</b>{turned}{place}'
    )


def _flip(card: Card) -> str:
    if card.flip is None or not card.words:
        return ""
    winner = shown(card.ranking[0][0], 60)
    if card.flip.before is None:
        return f"Read word by word, {winner} led from the first on." if len(card.words) > 1 else ""
    word = card.words[card.flip.token]
    return (
        f"Read word by word, it was {shown(card.flip.before, 60)} until"
        f" <i>{shown(card.text[word.start : word.end], 40)}</i>, then {winner}."
    )


def _ranking(card: Card) -> str:
    rows = "".join(
        f'<tr><td class="{_look(card, name)}">{shown(name, 60)}</td><td class="number">{percent(share)}</td>'
        f'<td><svg class="bar {_look(card, name)}" viewBox="0 0 160 10">'
        f'<rect width="{max(160 * share, 0.5):.1f}" height="7" y="2"/></svg></td></tr>'
        for index, (name, share) in enumerate(card.ranking)
        if index < 3 or share >= 0.001 or name == card.intent
    )
    return f"<table>{rows}</table>"


def _look(card: Card, name: str) -> str:
    if name == card.intent:
        return "blue"
    return "rust" if name == card.ranking[0][0] else "soft"


def _near(card: Card) -> str:
    right = _neighbours(card.intent, card.near_right, "blue")
    rival = _neighbours(card.rival, card.near_rival, "soft" if card.kind == REJECTED else "rust")
    return f'<p class="soft">Nearest in training</p>{rival}{right}'


def _neighbours(intent: str, near: Sequence[Neighbour], look: str) -> str:
    if not near:
        return ""
    rows = "".join(
        f'<li>{shown(one.text, 120)} <span class="soft">{one.similarity:.2f} {shown(one.source, 120)}</span></li>'
        for one in near
    )
    return f'<p class="{look}">{shown(intent, 60)}</p><ul>{rows}</ul>'
