"""
Links of names: in inline code, and to the documentation of other projects.

A page writes a public name as plain inline code, such as ``AppImageConfigClient.ensure``, ``client.ensure(config)`` or
``ensure``, and it becomes a link to the reference. So does a name of another project that is in `_inventories`.
"""

from __future__ import annotations

import builtins
import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sphobjinv
from docutils import nodes
from sphinx.addnodes import desc, pending_xref
from sphinx.transforms import SphinxTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

PACKAGES = ("appimageconfig", "appimageconfig.testing")
INVENTORIES = Path(__file__).parent.parent / "_inventories"
# Not the client's other methods: on their own, these words are also actions, commands or functions of Python.
METHODS_ON_THEIR_OWN = ("add_tags", "apply", "create", "delete_tags", "describe", "ensure", "list_tags", "plan")
PAGES_WITHOUT_LINKS = ("benchmarks", "reference/command-line", "reference/error-gallery", "reference/changelog")


def public_names() -> dict[str, str]:
    """Return the full name of each name that may stand in inline code, except members."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        exported = importlib.import_module(package).__all__
        found |= {name: f"{package}.{name}" for name in exported}
    client = "appimageconfig.AppImageConfigClient"
    found |= {name: f"{client}.{name}" for name in METHODS_ON_THEIR_OWN}
    found |= {
        f"client.{name}": f"{client}.{name}"
        for name in vars(importlib.import_module("appimageconfig").AppImageConfigClient)
        if name[0] != "_"
    }
    for inventory in INVENTORIES.glob("*.txt"):
        for item in sphobjinv.Inventory(fname_plain=inventory).objects:
            found[item.name] = item.name
            short = item.name.rpartition(".")[2]
            if item.role in {"class", "exception"} and not hasattr(builtins, short):
                found.setdefault(short, item.name)
    return found


def is_in_docstring(code: nodes.Node | None) -> bool:
    """Return whether inline code is in a docstring, where names that are links are marked as such."""
    while code is not None and not isinstance(code, desc):
        code = code.parent
    return code is not None


class LinkPublicNames(SphinxTransform):
    """Turn inline code that is a public name into a link."""

    default_priority = 400
    names = public_names()

    def apply(self, **kwargs: Any) -> None:
        """Replace the inline code of a page."""
        del kwargs
        if self.env.docname in PAGES_WITHOUT_LINKS:
            return
        for code in list(self.document.findall(nodes.literal)):
            if (
                isinstance(code.parent, (nodes.title, nodes.reference, pending_xref))
                or is_in_docstring(code)
                or (full := self.full_name(code.astext())) is None
            ):
                continue
            link = pending_xref(
                "",
                refdomain="py",
                reftype="obj",
                reftarget=full,
                refexplicit=True,
                refdoc=self.env.docname,
                refwarn=True,
            )
            code.replace_self(link)
            link += code

    def full_name(self, text: str) -> str | None:
        """Return the full name of what *text* names, if it is public."""
        name = re.sub(r"\(.*\)$", "", text, flags=re.DOTALL)
        if name in self.names:
            return self.names[name]
        name = name.removeprefix("appimageconfig.testing.").removeprefix("appimageconfig.")
        if name in self.names:
            return self.names[name]
        owner, _, member = name.rpartition(".")
        package, _, owner = self.names.get(owner, "").rpartition(".")
        if package not in PACKAGES:
            return None
        value = getattr(importlib.import_module(package), owner, None)
        is_member = hasattr(value, member) or member in getattr(value, "__annotations__", {})
        return f"{package}.{owner}.{member}" if is_member and member.isidentifier() else None


def complete(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, contnode: nodes.TextElement
) -> nodes.Element | None:
    """Resolve a name that a module imports for type checkers alone, so that autodoc does not know where it is from."""
    full = LinkPublicNames.names.get(node.get("reftarget", ""))
    if node.get("refdomain") != "py" or full is None:
        return None
    node["reftarget"] = full  # intersphinx is the next to look it up
    return env.domains.python_domain.resolve_xref(env, node["refdoc"], app.builder, "obj", full, node, contnode)


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the transform, and look up names before intersphinx does."""
    app.add_transform(LinkPublicNames)
    app.connect("missing-reference", complete, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
