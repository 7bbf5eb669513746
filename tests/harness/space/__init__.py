"""The parameter space: questions, choices, rejected combinations, and a covering array."""
