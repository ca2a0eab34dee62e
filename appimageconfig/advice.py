"""
Documented rules of the service that its model does not encode.

Advice is never an error and is given only when it is asked for: the rules
change, and some of them the service itself does not enforce.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from appimageconfig.errors import location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from appimageconfig.models import AppImageConfig, ContainerConfig, FileSystemConfig

_GUIDE: Final = "https://docs.aws.amazon.com/sagemaker/latest/dg"
_API: Final = "https://docs.aws.amazon.com/sagemaker/latest/APIReference"

DOCUMENTATION: Final[Mapping[str, str]] = {
    "kernel-gateway-uid-gid": f"{_GUIDE}/studio-byoi-specs.html",
    "app-uid-gid": f"{_GUIDE}/studio-updated-byoi-specs.html",
    "home-of-root": f"{_GUIDE}/studio-byoi-specs.html",
    "root-away-from-home": f"{_GUIDE}/studio-byoi-specs.html",
    "several-kernel-specs": f"{_API}/API_CreateAppImageConfig.html",
    "several-app-configs": f"{_API}/API_CreateAppImageConfig.html",
    "no-app-config": f"{_GUIDE}/rstudio-byoi-create.html",
    "overridden-variable": f"{_GUIDE}/studio-updated-byoi-specs.html",
}
"""The code of every advice that there is, and the page on which its rule is documented."""

# FileSystemConfig, in the service model: what is not specified defaults to these.
_DEFAULT_UID: Final = 1000
_DEFAULT_GID: Final = 100
_DEFAULT_MOUNT_PATH: Final = "/home/sagemaker-user"

_USER: Final = (1000, 100)
_ROOT: Final = (0, 0)
_OVERRIDDEN: Final = ("AWS_", "SAGEMAKER_")


@attrs.frozen
class Advice:
    """One piece of advice on a config."""

    code: str
    """What kind of advice it is; the codes are stable."""
    path: str
    """Where it is on the wire, like ``KernelGatewayImageConfig.KernelSpecs``; empty for the config itself."""
    message: str
    """What may go wrong, and what would be right."""
    file: str | None = None
    """The request file, or None if there is none."""
    line: int | None = None
    """The line in that file, from 1; None if the advice has no line."""

    @property
    def documentation(self) -> str:
        """The page on which the rule is documented."""
        return DOCUMENTATION[self.code]

    def __str__(self) -> str:
        """Return the file, the line, the path, the message and the code on one line."""
        return f"{location(self.file, self.line)}{self.path or '(config)'}: {self.message} [{self.code}]"


def advise(config: AppImageConfig) -> tuple[Advice, ...]:
    """
    Return advice on *config*, by documented rules that the service model does not encode.

    Calls nothing, raises nothing, and never holds the value of an environment
    variable or an argument. `appimageconfig.advice.DOCUMENTATION` has the codes,
    and the page of AWS on which each rule is documented.
    """
    return tuple(_advice(config))


def _advice(config: AppImageConfig) -> Iterator[Advice]:
    gateway = config.kernel_gateway_image_config
    apps = {
        "KernelGatewayImageConfig": gateway,
        "JupyterLabAppImageConfig": config.jupyter_lab_app_image_config,
        "CodeEditorAppImageConfig": config.code_editor_app_image_config,
    }
    present = [member for member, app in apps.items() if app is not None]
    if not present and not config.unmodelled:
        yield Advice(
            "no-app-config", "", "has no app config; that is for RStudio images, and for the others an oversight"
        )
    if len(present) > 1:
        message = f"has {' and '.join(present)}; AWS documents one image kernel: give each type of app its own config"
        yield Advice("several-app-configs", "", message)
    for member, app in apps.items():
        if app is not None and app.file_system_config is not None:
            yield from _file_system_advice(app.file_system_config, member)
    if gateway is not None and len(gateway.kernel_specs) > 1:
        message = f"has {len(gateway.kernel_specs)} kernels; AWS documents one, shown before the image starts"
        yield Advice("several-kernel-specs", "KernelGatewayImageConfig.KernelSpecs", message)
    for member, studio_app in (
        ("JupyterLabAppImageConfig", config.jupyter_lab_app_image_config),
        ("CodeEditorAppImageConfig", config.code_editor_app_image_config),
    ):
        if studio_app is not None and studio_app.container_config is not None:
            yield from _container_advice(studio_app.container_config, f"{member}.ContainerConfig")


def _file_system_advice(files: FileSystemConfig, member: str) -> Iterator[Advice]:
    path = f"{member}.FileSystemConfig"
    uid = _DEFAULT_UID if files.default_uid is None else files.default_uid
    gid = _DEFAULT_GID if files.default_gid is None else files.default_gid
    home = _DEFAULT_MOUNT_PATH if files.mount_path is None else files.mount_path
    found = f"DefaultUid {uid} and DefaultGid {gid}"
    if member == "KernelGatewayImageConfig":
        if (uid, gid) not in {_USER, _ROOT}:
            message = f"has {found}; for KernelGateway apps AWS documents 1000 and 100, or 0 and 0"
            yield Advice("kernel-gateway-uid-gid", path, message)
    elif (uid, gid) != _USER:
        yield Advice("app-uid-gid", path, f"has {found}; for this type of app AWS documents 1000 and 100")
    if uid != 0 and (home == "/root" or home.startswith("/root/")):
        yield Advice(
            "home-of-root", f"{path}.MountPath", f"is in root's home, which user {uid} may not be able to enter"
        )
    if uid == 0 and (home == "/home" or home.startswith("/home/")):
        yield Advice("root-away-from-home", f"{path}.MountPath", "is in a user's home, but the user is root")


def _container_advice(container: ContainerConfig, path: str) -> Iterator[Advice]:
    for name in container.container_environment_variables or ():
        if name.startswith(_OVERRIDDEN):
            message = "may be overridden: the platform's own variables begin with AWS_ and SAGEMAKER_, and they win"
            yield Advice("overridden-variable", f"{path}.ContainerEnvironmentVariables[{name!r}]", message)
