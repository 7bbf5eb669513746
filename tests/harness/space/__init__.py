"""The space of possible answers: questions, choices, rejected combinations, and covering arrays."""
