from __future__ import annotations

import numpy as np
import pytest

from rnn_intent.evaluation.ordering import LARGEST_BLOCK, alikeness, blocks, grouped


def shuffled_blocks(sizes: list[int], seed: int = 0) -> tuple[np.ndarray, list[set[int]]]:
    """A similarity matrix with blocks of these sizes, its intents in random order, and the blocks' members."""
    rng = np.random.default_rng(seed)
    intents = sum(sizes)
    owner = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    alike = np.where(owner[:, None] == owner[None, :], 1.0, 0.01) + rng.random((intents, intents)) * 0.005
    alike = alike + alike.T
    np.fill_diagonal(alike, 0)
    return alike, [set(np.flatnonzero(owner == block).tolist()) for block in range(len(sizes))]


@pytest.mark.parametrize("sizes", [[3, 4, 5], [2] * 10, [12, 1, 1, 7]])
def test_intents_of_a_block_stand_side_by_side(sizes: list[int]) -> None:
    alike, members = shuffled_blocks(sizes)
    order = grouped(alike).members
    assert sorted(order) == list(range(len(alike)))
    for block in members:
        places = sorted(order.index(intent) for intent in block)
        assert places == list(range(places[0], places[0] + len(block)))


def test_a_chain_of_likeness_is_laid_out_in_its_order() -> None:
    alike = np.zeros((4, 4))
    for one, other, value in ((2, 0, 3.0), (0, 3, 2.0), (3, 1, 3.0)):
        alike[one, other] = alike[other, one] = value
    assert grouped(alike).members in ((2, 0, 3, 1), (1, 3, 0, 2))


@pytest.mark.parametrize("intents", [1, 2, 3])
def test_few_intents_are_ordered_too(intents: int) -> None:
    assert sorted(grouped(np.zeros((intents, intents))).members) == list(range(intents))


def test_blocks_are_where_the_errors_are() -> None:
    alike, members = shuffled_blocks([4, 4, 4])
    wrong = np.zeros((12, 12), dtype=int)
    for intent in members[1]:
        for other in members[1] - {intent}:
            wrong[intent, other] = 3
    one, other = sorted(members[2])[:2]
    wrong[one, other] = 5
    found = blocks(grouped(alike), wrong)
    assert (set(found[0][0]), found[0][1]) == (members[1], 36)
    assert {one, other} <= set(found[1][0])
    assert len(found) == 2


def test_a_block_is_never_larger_than_can_be_read() -> None:
    alike, _ = shuffled_blocks([30])
    wrong = np.ones((30, 30), dtype=int) * 9
    np.fill_diagonal(wrong, 0)
    assert max(len(members) for members, _ in blocks(grouped(alike), wrong)) <= LARGEST_BLOCK


def test_a_tree_as_deep_as_it_has_intents_is_no_problem() -> None:
    intents = 1100
    alike = np.tril(np.ones((intents, intents)), -1) * np.arange(intents, 0, -1)[:, None]  # each joins the large group
    alike = alike + alike.T
    assert blocks(grouped(alike), np.zeros((intents, intents), dtype=int)) == []


def test_likeness_is_the_mean_probability_given_to_the_other_intent() -> None:
    probabilities = np.array([[0.8, 0.2], [0.6, 0.4], [0.1, 0.9], [0.5, 0.5]])
    alike = alikeness(probabilities, np.array([0, 0, 1, -1]))
    assert alike[0, 1] == pytest.approx(0.3 + 0.1)
    assert (alike == alike.T).all()
    assert np.diag(alike).tolist() == [0, 0]
