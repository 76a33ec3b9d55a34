"""The report: one self-contained page that says how good a model is, where it is wrong, and why.

    results      rows, probabilities, scores, threshold: what is judged (results.py)
    background   history, files, versions: how the model came about (results.py)
    cards        each error with its neighbours and a likely cause (errors.py)

The sections ask the questions in the order in which a reader has them, and each opens with its answer in a sentence.
"""

from __future__ import annotations

from rnn_intent.evaluation.errors import ErrorCards
from rnn_intent.evaluation.numbers import numbers
from rnn_intent.evaluation.results import Background, Results
from rnn_intent.evaluation.sections.answers import how_good, which_intents
from rnn_intent.evaluation.sections.cards import one_by_one
from rnn_intent.evaluation.sections.confidence import honest
from rnn_intent.evaluation.sections.confusion import confused_with
from rnn_intent.evaluation.sections.data import seen
from rnn_intent.evaluation.sections.rejection import rejected
from rnn_intent.evaluation.sections.training import trained
from rnn_intent.evaluation.tables import section
from rnn_intent.page import asset, page, shown
from rnn_intent.version import VERSION


def report_page(results: Results, background: Background | None = None, cards: ErrorCards | None = None) -> str:
    """The whole page as HTML. Sections about which nothing is known are left out. Raises DataError for no rows."""
    background, values = background or Background(), numbers(results)
    parts = [
        ("quality", "How good is it?", how_good(results, values, cards)),
        ("intents", "For which intents is it not?", which_intents(results, values, background)),
        ("confusion", "What is mistaken for what?", confused_with(results, values)),
        ("confidence", "Is its confidence honest?", honest(results, values)),
        ("rejection", "How much is rejected, and at which cost?", rejected(results, values)),
        ("training", "How did training go?", trained(background)),
        ("data", "What data did it see?", seen(background)),
        ("errors", "Which sentences went wrong, and why?", one_by_one(cards) if cards is not None else ""),
    ]
    present = [part for part in parts if part[2]]
    links = "".join(f'<li><a href="#{name}">{shown(question)}</a></li>' for name, question, _ in present)
    sections = "\n".join(section(number, *part) for number, part in enumerate(present, start=1))
    body = (
        f"<header><p class='soft'>rnn-intent {shown(VERSION)}, report</p><h1>{shown(background.title)}</h1></header>"
        f'<nav aria-label="contents"><ol>{links}</ol></nav>\n<main>\n{sections}\n</main>'
    )
    return page(f"{background.title}: report", body, styles=asset("report.css", __file__))
