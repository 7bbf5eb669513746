"""Programs of nox sessions that are not test helpers: benchmarks, mutation testing, data updates."""
