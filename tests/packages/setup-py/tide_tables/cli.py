import os

import click

HARBOURS = os.path.join(os.path.dirname(__file__), "harbours", "north.csv")


@click.command()
@click.argument("harbour")
def main(harbour):
    with open(HARBOURS) as file:
        click.echo(dict(line.strip().split(",") for line in file)[harbour])


def list_harbours():
    with open(HARBOURS) as file:
        print("".join(line.split(",")[0] + "\n" for line in file), end="")
