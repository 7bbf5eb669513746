import json
import os


def cli():
    with open(os.path.join(os.path.dirname(__file__), "data", "genres.json")) as file:
        print(", ".join(json.load(file)))


if __name__ == "__main__":
    cli()
