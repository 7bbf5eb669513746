"""Adopt an existing project: derive answers from its wheel and verify that nothing gets lost."""
