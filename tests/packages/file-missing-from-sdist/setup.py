from pathlib import Path

from setuptools import find_packages, setup

setup(
    name="toast-master",
    version="1.2.0",
    description="Proposes a toast",
    python_requires=">=3.11",
    packages=find_packages("src"),
    package_dir={"": "src"},
    install_requires=Path("requirements.txt").read_text().splitlines(),
    entry_points={"console_scripts": ["toast = toast_master:main"]},
)
