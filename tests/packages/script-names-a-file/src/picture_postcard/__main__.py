"""The command-line interface."""

import argparse

from picture_postcard import postcard


def cli() -> None:
    """Print a postcard."""
    parser = argparse.ArgumentParser(prog="postcard")
    parser.add_argument("name")
    print(postcard(parser.parse_args().name))


if __name__ == "__main__":
    cli()
