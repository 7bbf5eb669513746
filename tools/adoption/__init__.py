"""Adopt an existing project: derive answers for Copier, move its files, and compare the wheels."""
