BLITZ = 300


def run():
    print(BLITZ)
