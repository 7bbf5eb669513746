from setuptools import setup

extras = {
    "std": [
        "numpy>=1.24",
        "librosa==0.9.2",
        'torch>=2; platform_system != "Windows"',
    ],
}

setup(
    name="genre-tagger",
    version="1.0.1",
    description="Tags music with its genre",
    install_requires=[],
    extras_require=extras,
    entry_points={"console_scripts": ["tag = __main__.py:cli"]},
    packages=["genre_tagger"],
)
