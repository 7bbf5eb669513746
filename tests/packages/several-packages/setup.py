from setuptools import setup

setup(
    name="acme-tools",
    version="1.0",
    description="Tools of many kinds",
    author="Acme",
    license="BSD",
    packages=["acme.tools", "acme_helpers"],
    py_modules=["acme_single"],
    scripts=["bin/acme-start"],
    python_requires=">=3.11",
    install_requires=["requests", "idna===3.7 ; os_name == 'posix' or 'x' in 'xy'"],
    entry_points={
        "console_scripts": ["acme = acme_helpers:run", "acme-stop = acme_helpers:halt"],
    },
)
