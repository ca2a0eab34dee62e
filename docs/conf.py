"""How Sphinx builds the documentation."""

from importlib.metadata import version as version_of

project = "appimageconfig"
author = "The appimageconfig maintainers"
project_copyright = "2026, the appimageconfig maintainers"
release = version = version_of("appimageconfig")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton", "sphinx_design"]
myst_enable_extensions = ["colon_fence", "deflist"]
copybutton_selector = "div:not(.no-copy) > div.highlight > pre"
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_line_continuation_character = "\\"
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"appimageconfig {release}"
html_copy_source = False

nitpicky = True
# Types of other projects, whose documentation is not looked up: the build needs no network.
nitpick_ignore_regex = [
    ("py:.*", r"(attrs|attr|boto3|botocore|cattrs|collections|concurrent|contextlib|datetime|typing)\..*"),
    (
        "py:.*",
        r"(AbstractContextManager|Any|BaseClient|Callable|ClientError|Config|Iterable|Iterator|Literal|Mapping|NotRequired|PathLike|Session|datetime|tuple)",
    ),
    ("py:.*", r"appimageconfig\._frozen\.Indexable"),  # the type of the sequence parameters
    ("py:.*", r"(OperationName|SageMakerClient|SortBy|SortOrder|Stubber|TypeError|ValueError|optional)"),
]
default_role = "py:obj"
autodoc_default_options = {
    "members": True,
    "inherited-members": "Exception",
    "exclude-members": "with_traceback,add_note",
}
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
python_use_unqualified_type_names = True
add_module_names = False
toc_object_entries_show_parents = "hide"
