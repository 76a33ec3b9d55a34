import sys

import numpy as np
import pytest

from rnn_intent.inference.sigma import BY_POWERS, BY_TANH, quickest


@pytest.mark.parametrize(
    ("platform", "built", "expected"),
    [
        ("linux", {"SIMD Extensions": {"found": ["AVX2", "AVX512_SKX"]}}, BY_POWERS),
        ("linux", {"SIMD Extensions": {"found": ["X86_V3", "X86_V4"]}}, BY_POWERS),
        ("win32", {"SIMD Extensions": {"found": ["X86_V3", "X86_V4"]}}, BY_TANH),
        ("linux", {"SIMD Extensions": {"found": ["ASIMDHP"]}}, BY_TANH),
        ("linux", {"SIMD Extensions": {"baseline": ["X86_V2"], "not found": ["X86_V4"]}}, BY_TANH),
        ("linux", {}, BY_TANH),
    ],
)
def test_powers_are_taken_where_numpy_has_wide_registers_for_them(platform, built, expected, monkeypatch):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(np, "show_config", lambda mode: built)
    assert quickest() is expected


def test_what_numpy_tells_of_this_machine_is_understood():
    assert quickest() in (BY_POWERS, BY_TANH)
