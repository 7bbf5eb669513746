import re

from setuptools import find_packages, setup

with open("README.rst", encoding="utf-8") as file:
    description = file.read()

setup(
    name="Tide_Tables",
    version="2.0-beta",
    description="Tells when the tide is high",
    long_description=description,
    long_description_content_type="text/x-rst",
    author="Maren Deich",
    author_email="maren@example.com",
    maintainer="Harbour Office",
    maintainer_email="office@example.com",
    url="https://github.com/maren/tide-tables",
    project_urls={"Chat": "https://chat.example.com/tides"},
    license="MIT",
    keywords=["tide", "sea"],
    classifiers=[
        "Development Status :: 5 - Production/Stable",
        "License :: OSI Approved :: MIT License",
        "Programming Language :: Python :: 3.8",
        "Topic :: Scientific/Engineering",
    ],
    python_requires=">=3.8,<4",
    packages=find_packages(),
    package_data={"tide_tables": ["harbours/*.csv"]},
    install_requires=["click>=8.1", 'tomli>=2; python_version < "3.11"'],
    extras_require={"plot": ["matplotlib>=3"], "all": ["tide-tables[plot]"]},
    entry_points={
        "console_scripts": [
            "tides = tide_tables.cli:main",
            "tides-list = tide_tables.cli:list_harbours",
        ]
    },
)
