def run():
    print("running")
