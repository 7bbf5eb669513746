"""The progress and the results of test runs."""
