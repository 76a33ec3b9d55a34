"""Puts intents that are mistaken for each other side by side, so that a confusion matrix shows blocks.

Average-linkage clustering (Sokal and Michener 1958); where two groups are joined, the order of each may be turned
round so that the most alike ends meet (Gruvaeus and Wainer 1972).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LARGEST_BLOCK = 12


@dataclass(frozen=True)
class Group:
    """Intents in display order, and the two groups it was joined from (None for a single intent)."""

    members: tuple[int, ...]
    parts: tuple[Group, Group] | None = None


def alikeness(probabilities: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """How readily each intent is taken for each other one, (intents, intents), symmetric, zero on the diagonal.

    The mean probability that sentences of the one give to the other and the reverse: finer than counting errors,
    which a good model makes too few of to order a hundred intents by.
    """
    intents = probabilities.shape[1]
    known = targets >= 0
    sums = np.zeros((intents, intents))
    np.add.at(sums, targets[known], probabilities[known])
    means = sums / np.maximum(np.bincount(targets[known], minlength=intents), 1)[:, None]
    alike: np.ndarray = means + means.T
    np.fill_diagonal(alike, 0.0)
    return alike


def grouped(alike: np.ndarray) -> Group:
    """Joins the most alike groups until one is left; its `members` are the order to display. alike: symmetric."""
    intents = len(alike)
    groups = {intent: Group((intent,)) for intent in range(intents)}
    between = alike.astype(np.float64)
    np.fill_diagonal(between, -np.inf)
    for _ in range(intents - 1):
        one, other = sorted(divmod(int(between.argmax()), intents))
        first, second = groups[one], groups.pop(other)
        groups[one] = _joined(first, second, alike)
        sizes = len(first.members), len(second.members)
        mean = (sizes[0] * between[one] + sizes[1] * between[other]) / sum(sizes)
        between[one], between[:, one] = mean, mean
        between[other], between[:, other] = -np.inf, -np.inf
        between[one, one] = -np.inf
    return groups[0]


def _joined(one: Group, other: Group, alike: np.ndarray) -> Group:
    turns = [(a, b) for a in _both_ways(one) for b in _both_ways(other)]
    best = max(turns, key=lambda turn: alike[turn[0][-1], turn[1][0]])
    return Group(best[0] + best[1], (one, other))


def _both_ways(group: Group) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return group.members, group.members[::-1]


def blocks(root: Group, wrong: np.ndarray) -> list[tuple[list[int], int]]:
    """Groups that are worth a look: (members in display order, errors among them), most errors first.

    wrong: (intents, intents) counts of errors, zero on the diagonal. A group is worth its errors less a quarter for
    every cell it covers off the diagonal: two intents with one error between them just count, a large group must be
    full of errors. The division of the tree into blocks that is worth most is taken.
    """
    worth: dict[int, tuple[float, list[tuple[int, ...]]]] = {}
    for group in _parts_first(root):
        worth[id(group)] = _best_division(group, worth, wrong)
    place = {intent: rank for rank, intent in enumerate(root.members)}
    found = [(sorted(members, key=place.__getitem__), _errors(members, wrong)) for members in worth[id(root)][1]]
    return sorted(found, key=lambda block: (-block[1], place[block[0][0]]))


def _parts_first(root: Group) -> list[Group]:
    """All groups, each after its parts; not by recursion, because a tree can be as deep as there are intents."""
    groups, waiting = [], [root]
    while waiting:
        group = waiting.pop()
        groups.append(group)
        waiting += group.parts or ()
    return groups[::-1]


def _best_division(
    group: Group, worth: dict[int, tuple[float, list[tuple[int, ...]]]], wrong: np.ndarray
) -> tuple[float, list[tuple[int, ...]]]:
    if group.parts is None:
        return 0.0, []
    left, right = (worth[id(part)] for part in group.parts)
    apart = left[0] + right[0]
    size = len(group.members)
    if size <= LARGEST_BLOCK:
        together = _errors(group.members, wrong) - 0.25 * size * (size - 1)
        if together > apart:
            return together, [group.members]
    return apart, left[1] + right[1]


def _errors(members: Sequence[int], wrong: np.ndarray) -> int:
    return int(wrong[np.ix_(members, members)].sum())
