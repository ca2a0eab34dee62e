"""Hypothesis strategies for values that satisfy the service model."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from appimageconfig import (
    AppImageConfig,
    CodeEditorAppImageConfig,
    ContainerConfig,
    FileSystemConfig,
    JupyterLabAppImageConfig,
    KernelGatewayImageConfig,
    KernelSpec,
)

names = st.from_regex(r"[a-zA-Z0-9](-?[a-zA-Z0-9]){0,30}", fullmatch=True)
tag_text = st.text(st.characters(categories=["L", "Z", "N"], include_characters="_.:/=+-@"), max_size=20)
one_line = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1, max_size=20)
not_blank = one_line.filter(str.strip)
ids = st.integers(0, 65535)


def structures(model: Any, **members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for *model* in which each of *members* may be absent."""
    return st.builds(model, **{name: st.none() | member for name, member in members.items()})


kernel_specs = st.builds(KernelSpec, name=st.text(max_size=20), display_name=st.none() | st.text(max_size=20))
file_system_configs = structures(
    FileSystemConfig,
    mount_path=one_line.map(lambda path: "/" + path),
    default_uid=ids,
    default_gid=ids,
)
container_configs = structures(
    ContainerConfig,
    container_arguments=st.lists(not_blank, max_size=5),
    container_entrypoint=st.lists(not_blank, max_size=1),
    container_environment_variables=st.dictionaries(not_blank, st.text(max_size=20), max_size=5),
)
app_image_configs: st.SearchStrategy[AppImageConfig] = st.builds(
    AppImageConfig,
    app_image_config_name=names,
    tags=st.none() | st.dictionaries(tag_text.filter(bool), tag_text, max_size=5),
    kernel_gateway_image_config=st.none()
    | st.builds(
        KernelGatewayImageConfig,
        kernel_specs=st.lists(kernel_specs, min_size=1, max_size=5),
        file_system_config=st.none() | file_system_configs,
    ),
    jupyter_lab_app_image_config=st.none()
    | structures(JupyterLabAppImageConfig, file_system_config=file_system_configs, container_config=container_configs),
    code_editor_app_image_config=st.none()
    | structures(CodeEditorAppImageConfig, file_system_config=file_system_configs, container_config=container_configs),
)
