class Text:
    def show(self, seeds):
        return "\n".join(seeds)
