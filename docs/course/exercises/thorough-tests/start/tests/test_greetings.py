from greetings import greet


def test_greets_in_english() -> None:
    assert greet("Ada", "en") == "Hello, Ada!"
