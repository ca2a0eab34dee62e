"""Random sequences of operations on the SageMaker in memory, compared with a dict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from strategies import app_image_configs, tag_text

from appimageconfig import AppImageConfig, AppImageConfigClient, ResourceInUseError, ResourceNotFoundError
from appimageconfig.testing import Fault, InMemorySageMaker

if TYPE_CHECKING:
    from appimageconfig.operations import OperationName
    from appimageconfig.testing import Snapshot

SERVICE = InMemorySageMaker()
EMPTY = SERVICE.snapshot()
CLIENT = AppImageConfigClient(SERVICE.client())

names = st.sampled_from(["a", "b", "c"])
tags = st.dictionaries(tag_text.filter(bool), tag_text, max_size=3)


def named(config: AppImageConfig, name: str) -> AppImageConfig:
    """Return *config* with another name."""
    return attrs.evolve(config, app_image_config_name=name)


configs = st.builds(named, app_image_configs, names)
APP_CONFIGS = ("kernel_gateway_image_config", "jupyter_lab_app_image_config", "code_editor_app_image_config")


class Configs(RuleBasedStateMachine):
    """Create, update, tag, delete, snapshot and restore, in any order."""

    def __init__(self) -> None:
        """Start empty on both sides."""
        super().__init__()
        SERVICE.restore(EMPTY)
        self.expected: dict[str, AppImageConfig] = {}
        self.saved: tuple[Snapshot, dict[str, AppImageConfig]] = SERVICE.snapshot(), {}
        self.older: dict[str, AppImageConfig | None] = {}  # before the last change, by name
        self.older_tags: dict[str, AppImageConfig | None] = {}  # before the last change of the tags, by name

    def arn(self, name: str) -> str:
        """Return the ARN of a config."""
        return f"arn:aws:sagemaker:us-east-1:123456789012:app-image-config/{name}"

    @rule(config=configs)
    def create(self, config: AppImageConfig) -> None:
        """Create, or get ResourceInUse."""
        name = config.app_image_config_name
        if name in self.expected:
            self.refuses(ResourceInUseError, lambda: CLIENT.create(config))
        else:
            assert CLIENT.create(config) == self.arn(name)
            self.older[name] = self.older_tags[name] = None
            self.expected[name] = attrs.evolve(config, tags=config.tags or {})

    @rule(config=configs)
    def update(self, config: AppImageConfig) -> None:
        """Update the app configs in the request, and keep the others."""
        name = config.app_image_config_name
        sent = {field: getattr(config, field) for field in APP_CONFIGS if getattr(config, field) is not None}
        if not sent:
            return
        if name in self.expected:
            assert CLIENT.update(config) == self.arn(name)
            self.older[name] = self.expected[name]
            self.expected[name] = attrs.evolve(self.expected[name], **sent)
        else:
            self.refuses(ResourceNotFoundError, lambda: CLIENT.update(config))

    @rule(name=names, tags=tags)
    def add_tags(self, name: str, tags: dict[str, str]) -> None:
        """Add and overwrite tags."""
        if name in self.expected:
            CLIENT.add_tags(self.arn(name), tags)
            config = self.older_tags[name] = self.expected[name]
            self.expected[name] = attrs.evolve(config, tags={**(config.tags or {}), **tags})
        else:
            self.refuses(ResourceNotFoundError, lambda: CLIENT.add_tags(self.arn(name), tags))

    @rule(name=names, data=st.data())
    def delete_tags(self, name: str, data: st.DataObject) -> None:
        """Delete some of the tags, and one that does not exist."""
        if name in self.expected:
            there = dict(self.expected[name].tags or {})
            keys = data.draw(st.lists(st.sampled_from(sorted(there)), unique=True)) if there else []
            CLIENT.delete_tags(self.arn(name), [*keys, "absent"])
            left = {key: value for key, value in there.items() if key not in {*keys, "absent"}}
            self.older_tags[name] = self.expected[name]
            self.expected[name] = attrs.evolve(self.expected[name], tags=left)

    @rule(name=names)
    def delete(self, name: str) -> None:
        """Delete, or get ResourceNotFound."""
        if name in self.expected:
            CLIENT.delete(name)
            self.older[name] = self.older_tags[name] = self.expected.pop(name)
        else:
            self.refuses(ResourceNotFoundError, lambda: CLIENT.delete(name))

    @rule()
    def snapshot(self) -> None:
        """Take a snapshot."""
        self.saved = SERVICE.snapshot(), dict(self.expected)

    @rule()
    def restore(self) -> None:
        """Restore the snapshot."""
        SERVICE.restore(self.saved[0])
        self.expected = dict(self.saved[1])
        self.older, self.older_tags = {}, {}

    @rule(name=names)
    def read_stale(self, name: str) -> None:
        """Read what was there before the last change, which is what is there if nothing has changed."""
        for older, operation, read in (
            (self.older, "DescribeAppImageConfig", lambda: CLIENT.describe(name).to_config()),
            (self.older_tags, "ListTags", lambda: CLIENT.list_tags(self.arn(name))),
        ):
            config = older.get(name, self.expected.get(name))
            SERVICE.inject(Fault.stale(), operation=cast("OperationName", operation))
            if config is None:
                self.refuses(ResourceNotFoundError, read)
            else:
                assert read() == (config.tags if operation == "ListTags" else attrs.evolve(config, tags=None))

    @invariant()
    def equals_the_dict(self) -> None:
        """Describe, list and list_tags agree with the dict."""
        for name, config in self.expected.items():
            assert CLIENT.describe(name).to_config(CLIENT.list_tags(self.arn(name))) == config
        found = {details.app_image_config_name for details in CLIENT.list()}
        assert found == self.expected.keys()

    @staticmethod
    def refuses(error: Any, call: Any) -> None:
        """Assert that *call* raises *error*."""
        with pytest.raises(error):
            call()


TestConfigs = Configs.TestCase
# Each example is a sequence of 20 operations, and takes as long as 20 other examples.
TestConfigs.settings = settings(max_examples=max(5, settings().max_examples // 20), stateful_step_count=20)
