"""Letters, each with its own program."""
