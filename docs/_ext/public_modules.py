"""
Documentation of fields for autodoc.

The ``__module__`` of each public name is its package, and that is where Sphinx looks for the docstrings of fields. They
are in the modules of the classes.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

from sphinx.pycode import ModuleAnalyzer

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def collect(app: Sphinx) -> None:
    """Let Sphinx find the docstrings of all modules in the package that exports their names."""
    del app
    for package in ("appimageconfig.testing", "appimageconfig"):
        analyzer = ModuleAnalyzer.for_module(package)
        analyzer.analyze()
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            other = ModuleAnalyzer.for_module(module.name)
            other.analyze()
            analyzer.attr_docs |= other.attr_docs
            analyzer.annotations |= other.annotations
            analyzer.tagorder |= other.tagorder


def setup(app: Sphinx) -> dict[str, bool]:
    """Collect the docstrings before anything is documented."""
    app.connect("builder-inited", collect)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
