"""Packagestan as the template under test: its questions, answers, variants, and choices."""
