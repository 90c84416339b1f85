"""Benchmarks: a generated corpus of the Atlas's size, and what it costs to build, check and serve it beside peers."""
