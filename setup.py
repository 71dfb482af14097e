"""Which packages there are: all below attnviz/, found by being there, and the folder scenes/ as attnviz.scenes."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["attnviz", "attnviz.*"]), "attnviz.scenes"],
    package_dir={"attnviz.scenes": "scenes"},
    package_data={"": ["*.toml", "*.json", "py.typed"]},
)
