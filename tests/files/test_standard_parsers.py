"""
Request files that are valid, changed and arbitrary, against the standard parsers.

A text is read exactly if `json.loads` or PyYAML's safe loader reads it, apart from
the documented exceptions, and `from_request` accepts the result; it is then read as
the same configs. Every other text raises an `InvalidAppImageConfigError`. With and
without libyaml, values, violations and lines are the same.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import assume, event, example, given
from hypothesis import strategies as st
from mutations import changed_value
from request_files import FORMATS, Format, written
from standard_parsers import Refused, configs_in
from strategies import app_image_configs
from yaml.composer import Composer

from appimageconfig import InvalidAppImageConfigError, to_request
from appimageconfig.files import check, dumps, load, loads

if TYPE_CHECKING:
    from collections.abc import Callable

    from appimageconfig import AppImageConfig


def standard(text: str, file_format: Format) -> list[AppImageConfig] | None:
    """Return the configs that the standard parser reads; None if it refuses the text."""
    try:
        configs = configs_in(text, file_format)
    except Refused:
        event("refused")
        return None
    event("read")
    return configs


def ours(read: Callable[[], list[AppImageConfig]]) -> list[AppImageConfig] | None:
    """Return the configs that this library reads; None if it refuses the text."""
    try:
        return read()
    except InvalidAppImageConfigError:
        return None


def assert_agreement(text: str, file_format: Format) -> None:
    """Read *text* by this library and by the standard parser, and write and read back what it contains."""
    configs = ours(lambda: loads(text, file_format=file_format))
    assert configs == standard(text, file_format)
    if configs is not None:
        assert loads(dumps(configs, file_format=file_format), file_format=file_format) == configs


# Parts of the syntax of both formats, and scalars that parsers like to read differently.
TOKENS = [
    *"{}[]\"':,-?&*!|>%@`#~<=.\\ \n\tabx01", "\r\n", "\ufeff", "\u2028", "\ud800", "\\ud83d\\ude00", "\\u00e9", "\\x41",
    "\\/", "null", "true", "NaN", "-Infinity", "1e3", "-0", "0100", "007", "08", "0x1F", "0b1", "0o7", "1_0", "1:30",
    "+1", ".5", "yes", "2024-01-01", "2024-13-45", '"a": ', "a: ", "- ", "<<: ", "<<: *a", "&a ", "*a", "!!int ",
    "!!str ", "!!omap ", "!Ref ", "=: ", "? ", "|\n", ">-\n", "---\n", "...", "%YAML 1.2\n", "// x\n", "# x\n",
    "[" * 101,
]  # fmt: skip

lists_of_configs = st.lists(app_image_configs, unique_by=lambda config: config.app_image_config_name, max_size=3)


def changed_text(data: st.DataObject, text: str) -> str:
    """Return *text* with a few of its tokens cut, repeated, replaced, and put between others."""
    tokens = re.findall(r"\w+|\s+|.", text, re.DOTALL)
    for _ in range(data.draw(st.integers(0, 3))):
        begin = data.draw(st.integers(0, len(tokens)))
        end = data.draw(st.integers(begin, min(len(tokens), begin + 5)))
        new = data.draw(st.lists(st.sampled_from(TOKENS), max_size=2) | st.just(tokens[begin:end] * 2))
        tokens[begin:end] = new
    return "".join(tokens)


def text_of(data: st.DataObject, value: Any, file_format: Format) -> str:
    """Return *value* as the standard libraries write it. PyYAML writes aliases for what is repeated."""
    if file_format == "json":
        return json.dumps(value, ensure_ascii=data.draw(st.booleans()), indent=data.draw(st.sampled_from([None, 1])))
    style = data.draw(st.sampled_from([None, True, False]))
    return str(yaml.safe_dump(value, default_flow_style=style, allow_unicode=data.draw(st.booleans()), sort_keys=False))


@pytest.mark.parametrize("file_format", FORMATS)
@given(configs=lists_of_configs, data=st.data())
def test_a_changed_request_is_read_as_by_the_standard_parser(
    configs: list[AppImageConfig], data: st.DataObject, file_format: Format
) -> None:
    """Changed as a value and as a text."""
    value: Any = list(map(to_request, configs))
    for _ in range(data.draw(st.integers(0, 2))):
        value = changed_value(data, value)
    assert_agreement(changed_text(data, text_of(data, value, file_format)), file_format)


@pytest.mark.parametrize("file_format", FORMATS)
@given(text=st.text() | st.lists(st.sampled_from(TOKENS), max_size=20).map("".join))
@example(text="AppImageConfigName: a\n<<: {AppImageConfigName: b}\n<<: {Tags: []}\n")
@example(text="[&a {AppImageConfigName: a, Tags: &t []}, {<<: [*a, {Tags: [1]}], AppImageConfigName: b}]")
@example(text="&a [*a]")
@example(text="{AppImageConfigName: !!int ''}")
@example(text="{AppImageConfigName: a, KernelGatewayImageConfig: {KernelSpecs: [{Name: =, DisplayName: <<}]}}")
@example(text='{"AppImageConfigName": "a", "KernelGatewayImageConfig": {"KernelSpecs": [{"Name": "\\u0041\\/"}]}}')
@example(text='{"AppImageConfigName": "a", "KernelGatewayImageConfig": {"KernelSpecs": [{"Name": "\\ud83d\\ude00"}]}}')
def test_any_text_is_read_as_by_the_standard_parser(text: str, file_format: Format) -> None:
    assert_agreement(text, file_format)


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
@given(configs=lists_of_configs, data=st.data())
def test_a_file_with_changed_bytes_is_read_as_by_the_standard_parser(
    configs: list[AppImageConfig], data: st.DataObject, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Bytes are cut, inserted and replaced, and bits are flipped."""
    file_format: Format = "yaml" if name == "a.yaml" else "json"
    content = bytearray(dumps(configs, file_format=file_format).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        position = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from(["flip", "replace"])):
            case "flip":
                content[position] ^= 1 << data.draw(st.integers(0, 7))
            case _:
                content[position : position + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=4))
        if not content:
            break
    path = written(tmp_path_factory.getbasetemp() / name, bytes(content))
    try:
        text = bytes(content).decode()
    except UnicodeDecodeError:
        expected = None
    else:
        expected = standard(text, file_format)
    assert ours(lambda: load(path)) == expected
    assert bool(check(path).violations) == (expected is None)


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
@given(content=st.binary())
def test_check_raises_nothing_for_any_bytes(
    content: bytes, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    checked = check(written(tmp_path_factory.getbasetemp() / name, content))
    assert checked.violations or content.split() == [b"[]"]


# By libyaml, and by PyYAML's own parser


def result(text: str) -> list[AppImageConfig] | list[str]:
    """Return the configs in *text*, or its violations with their lines."""
    try:
        return loads(text, file_format="yaml")
    except InvalidAppImageConfigError as error:
        return list(map(str, error.violations))


def assert_read_alike(text: str) -> None:
    """Read *text* with libyaml, if it can be, and without it."""
    read = result(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "__with_libyaml__", False)
        assert result(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "a: |# b\n  c\n",
        "a: >-\n  b\n   c\n",
        "[a?: b]",
        "[{a? b}]",
        '[a "?b"]',
        "a?: b",
        "--- ",
        "---\n#",
        "--- a",
        "--- 'a'\n",
        "a: ! 5",
        "Tags: [{Key: a, Value: !!int '5'}]",
        "a: &b c\nd: &b e",
        "\n\nx: []",
        "! {a: b}",
        "a:\n  -\n  - b:\n\n  -\tc\n",
        "a: 'b\tc'",
        "a: b\u2028c\n\u2029d: e",
        "a: b\x85c: d",
        "a: \ufeffb",
        "- a\n\ufeff",
        "[a: b, {c: \td}]",
        "a: b\r\nc:\r- d\r\n- e",
        "a: b\na: c",
        "{a: [b: c]}",
        "%TAG ! !a\n---\na: b",
        "%YAML 1.1\n---\na: b",
        "a: b\n...\n",
        "a: b\n--- c",
        "{x: " + "[" * 99 + "]" * 99 + "}",
        "{x: " + "[" * 100 + "]" * 100 + "}",
        f"{'a' * 1030}: b",
        f"{{{'a' * 1030}: b}}",
        "'a\n\n  b': 'c\n  d'\ne\\: \"f\\\n  g\"",
    ],
)
def test_a_form_that_parsers_of_yaml_read_differently_is_read_alike(text: str) -> None:
    assert_read_alike(text)


@given(configs=lists_of_configs, data=st.data())
def test_a_changed_request_is_read_alike(configs: list[AppImageConfig], data: st.DataObject) -> None:
    """The same values, the same violations, and the same lines."""
    value: Any = list(map(to_request, configs))
    for _ in range(data.draw(st.integers(0, 3))):
        value = changed_value(data, value)
    assert_read_alike(changed_text(data, text_of(data, value, "yaml")))


@given(text=st.text() | st.lists(st.sampled_from(TOKENS), max_size=20).map("".join))
def test_any_text_is_read_alike(text: str) -> None:
    assert_read_alike(text)


@given(configs=lists_of_configs)
def test_what_dumps_writes_is_read_by_libyaml(configs: list[AppImageConfig]) -> None:
    """
    Reading 10,000 requests takes about a second.

    Except for the parts of surrogate pairs, which libyaml refuses, and question marks, which it sometimes reads
    differently.
    """
    text = dumps(configs, file_format="yaml")
    assume(not re.search(r"\?|\\uD[89A-F]", text))
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(Composer, "get_single_node")  # of PyYAML's own parser
        assert loads(text, file_format="yaml") == configs


def test_lines_are_those_of_the_text_when_libyaml_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Composer, "get_single_node")
    text = """\
# Two requests
- AppImageConfigName: a
  Tags:
  - {Key: on, Value: 1.0}

  -
    Key: 'team'
    Value: "ml
      ops"
    Values: [~, yes, 2024-01-01]
- [{}, []]
"""
    assert result(text) == [
        "line 4: [0].Tags[0].Key: must be a string, not a boolean; write it in quotes",
        "line 4: [0].Tags[0].Value: must be a string, not a number; write it in quotes",
        "line 10: [0].Tags[1].Values: unknown member 'Values'; did you mean 'Value'?",
        "line 11: [1]: must be a request, not a list",
    ]
