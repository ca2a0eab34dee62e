"""The page of the documentation that lists the operations of each method, as permissions."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import attrs
import pytest

from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    CodeEditorAppImageConfig,
    FileSystemConfig,
    JupyterLabAppImageConfig,
    OperationName,
)
from appimageconfig.testing import InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = (Path(__file__).parent.parent / "docs/reference/iam.md").read_text(encoding="utf-8")
ROWS = {
    method.replace("`", ""): set(re.findall(r"`(\w+)`", operations))
    for method, operations in re.findall(r"^\| (`client.*?) \| (.*) \|$", PAGE, re.MULTILINE)
}
NAME = "team-image"
pytestmark = pytest.mark.usefixtures("models")


def lab(uid: int = 1000, tags: dict[str, str] | None = None) -> AppImageConfig:
    """Return a config for JupyterLab."""
    app = JupyterLabAppImageConfig(file_system_config=FileSystemConfig(default_uid=uid))
    return AppImageConfig(app_image_config_name=NAME, jupyter_lab_app_image_config=app, tags=tags)


def editor(tags: dict[str, str] | None = None) -> AppImageConfig:
    """Return a config for Code Editor, which an update cannot make of one for JupyterLab."""
    return AppImageConfig(
        app_image_config_name=NAME, code_editor_app_image_config=CodeEditorAppImageConfig(), tags=tags
    )


@attrs.frozen
class Script:
    """What a script has whose calls are counted, beside another writer, whose calls are not."""

    client: AppImageConfigClient
    other: AppImageConfigClient


def created(script: Script) -> str:
    return script.other.create(lab())


def create(script: Script) -> None:
    script.client.create(lab())


def describe(script: Script) -> None:
    created(script)
    script.client.describe(NAME)


def update(script: Script) -> None:
    created(script)
    script.client.update(lab(uid=0))


def delete(script: Script) -> None:
    script.client.delete(NAME, missing_ok=True)


def list_configs(script: Script) -> None:
    assert list(script.client.list(name_contains="team-")) == []


def list_tags(script: Script) -> None:
    script.client.list_tags(created(script))


def add_tags(script: Script) -> None:
    script.client.add_tags(created(script), {"team": "ml"})


def delete_tags(script: Script) -> None:
    script.client.delete_tags(created(script), ["team"])


def ensure(script: Script) -> None:
    for uid in (0, 1000, 1000):
        script.client.ensure(lab(uid))


def ensure_with_tags(script: Script) -> None:
    for uid, tag in ((0, "a"), (1000, "b")):
        script.client.ensure(lab(uid, tags={tag: "1"}))


def ensure_with_replace(script: Script) -> None:
    ensure_with_tags(script)
    script.client.ensure(editor(tags={"c": "1"}), replace=True)


def plan(script: Script) -> None:
    created(script)
    script.client.plan([lab(uid=0)], prune="other-")


def plan_with_tags(script: Script) -> None:
    created(script)
    script.client.plan([lab(tags={"a": "1"})])


def apply(script: Script) -> None:
    for uid in (0, 1000):
        script.client.apply(script.other.plan([lab(uid)]))


def apply_with_tags(script: Script) -> None:
    script.client.apply(script.other.plan([lab(tags={"a": "1"})]))
    script.client.apply(script.other.plan([lab(uid=0, tags={"b": "1"})]))


def apply_with_deletions(script: Script) -> None:
    created(script)
    deletion = script.other.plan([], prune="team-")
    script.client.apply(deletion)
    script.client.apply(deletion)


SCRIPTS: dict[str, Callable[[Script], None]] = {
    "client.create": create,
    "client.describe": describe,
    "client.update": update,
    "client.delete": delete,
    "client.list": list_configs,
    "client.list_tags": list_tags,
    "client.add_tags": add_tags,
    "client.delete_tags": delete_tags,
    "client.ensure(config), without tags": ensure,
    "client.ensure(config), with tags": ensure_with_tags,
    "client.ensure(config, replace=True)": ensure_with_replace,
    "client.plan(configs), without tags": plan,
    "client.plan(configs), with tags": plan_with_tags,
    "client.apply(plan), without tags": apply,
    "client.apply(plan), with tags": apply_with_tags,
    "client.apply(plan), with deletions": apply_with_deletions,
}


def test_the_page_lists_every_method() -> None:
    methods = {name for name, value in vars(AppImageConfigClient).items() if callable(value) and name[0] != "_"}
    assert {re.findall(r"client\.(\w+)", row)[0] for row in ROWS} == methods
    assert ROWS.keys() == SCRIPTS.keys()


@pytest.mark.parametrize("row", SCRIPTS)
def test_a_method_calls_the_operations_that_the_page_lists(row: str) -> None:
    service = InMemorySageMaker()
    sagemaker, called = service.client(), set[str]()

    def record(model: Any, **_: Any) -> None:
        called.add(model.name)

    sagemaker.meta.events.register("before-call.sagemaker", record)
    SCRIPTS[row](Script(AppImageConfigClient(sagemaker), AppImageConfigClient(service.client())))
    assert called == ROWS[row]


def test_the_policy_allows_all_operations_except_the_deletion_of_configs() -> None:
    (policy,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    on_configs, on_all = json.loads(policy)["Statement"]
    allowed = {*on_configs["Action"], on_all["Action"]}
    assert allowed == {f"sagemaker:{name}" for name in get_args(OperationName)} - {"sagemaker:DeleteAppImageConfig"}
    arn = AppImageConfigClient(InMemorySageMaker(region_name="eu-west-1").client()).create(lab())
    assert fnmatchcase(arn, on_configs["Resource"])
