"""Adopt an existing project: derive answers from its wheel, and check that nothing is lost."""
