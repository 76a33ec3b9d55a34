import numpy as np
import pytest

from rnn_intent.inference.arrays import CACHE_LINE, aligned, aligned_copy


@pytest.mark.parametrize("shape", [(1,), (7,), (3, 2, 60, 128)])
def test_an_array_begins_where_a_cache_line_does(shape):
    kept = [aligned(*shape) for _ in range(20)]
    assert {array.ctypes.data % CACHE_LINE for array in kept} == {0}
    assert {(array.shape, array.dtype.name, array.flags.c_contiguous) for array in kept} == {(shape, "float32", True)}


def test_a_copy_holds_the_same_numbers_in_memory_of_its_own():
    numbers = np.arange(12, dtype=np.float32).reshape(3, 4).T
    copy = aligned_copy(numbers)
    assert (copy == numbers).all()
    assert copy.flags.c_contiguous
    assert not np.shares_memory(copy, numbers)
