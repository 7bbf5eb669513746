"""Mutation testing: create faults in the sources, and find the tests that catch them."""
