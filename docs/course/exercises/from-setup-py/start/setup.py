from setuptools import setup

deps = {
    'std': [
        'rich==13.9.4'
    ]
}

setup(
    name='music-genre-classification',
    version='1.0.1',
    description='Music Genre Classification',
    install_requires=[],
    extras_require=deps,
    entry_points={
        'console_scripts': [
            'pipeline = __main__.py:cli'
        ]
    },
    packages=['genre_classification']
)
