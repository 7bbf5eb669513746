"""Programs of nox sessions that are not test helpers: benchmarks, seeded faults, data updates."""
