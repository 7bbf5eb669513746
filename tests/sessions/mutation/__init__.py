"""Mutation testing: faults that are created mechanically from the sources, and the tests that catch them."""
