"""The PyTorch wing: the only folder that imports torch."""

import os

# Before torch reads it: threads that wait should sleep. Spinning ones make training several times slower as soon as
# anything else runs on the machine.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
