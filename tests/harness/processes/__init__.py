"""Running programs in subprocesses."""
