"""Print the version of this package."""

__version__ = "0.1.0"


def main() -> None:
    """Print the version."""
    print(f"two-numbers {__version__}")
