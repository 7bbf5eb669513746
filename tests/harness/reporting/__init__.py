"""Figures and checks of a test run and of the documentation."""
