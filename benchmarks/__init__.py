"""Measures against other tools, run by hand or by `make bench`, never by the tests."""
