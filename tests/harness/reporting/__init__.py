"""Progress and results of test runs."""
