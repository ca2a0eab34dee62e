"""How Sphinx builds the documentation."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

import sphobjinv

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

project = "appimageconfig"
author = "The appimageconfig maintainers"
project_copyright = "2026, the appimageconfig maintainers"
release = version = version_of("appimageconfig")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.intersphinx",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "sphinx_copybutton",
    "sphinx_design",
    "command_help",
    "limits_tables",
    "public_modules",
    "public_names",
]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"appimageconfig {release}"
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["style.css"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# The prompts and the output are not copied.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_line_continuation_character = "\\"

nitpicky = True
nitpick_ignore = [
    ("py:class", "appimageconfig._frozen.Indexable"),  # the type of the sequence parameters
]
default_role = "py:obj"
autodoc_default_options = {
    "members": True,
    "inherited-members": "Exception",
    "exclude-members": "with_traceback,add_note,PARAMETERS,SUBJECT,unmodelled",
}
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
maximum_signature_line_length = 80
python_use_unqualified_type_names = True
add_module_names = False
toc_object_entries_show_parents = "hide"

# The names of other projects that the pages link to. Kept here as text, so that the build needs no network; the
# addresses are those of the projects' own inventories.
intersphinx_mapping = {}
for name, url in {
    "attrs": "https://www.attrs.org/en/stable/",
    "boto3": "https://boto3.amazonaws.com/v1/documentation/api/latest/",
    "botocore": "https://botocore.amazonaws.com/v1/documentation/api/latest/",
    "python": "https://docs.python.org/3/",
}.items():
    compressed = HERE / "_build" / "inventories" / f"{name}.inv"
    compressed.parent.mkdir(parents=True, exist_ok=True)
    text = sphobjinv.Inventory(fname_plain=HERE / "_inventories" / f"{name}.txt").data_file()
    sphobjinv.writebytes(compressed, sphobjinv.compress(text))
    intersphinx_mapping[name] = (url, str(compressed))
