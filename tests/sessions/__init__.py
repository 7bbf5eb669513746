"""Programs for nox sessions, such as benchmarks, mutation testing, and data updates."""
