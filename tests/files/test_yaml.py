from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from request_files import MEMBERS, VARIABLES, violations_of, written

from appimageconfig import AppImageConfig, to_request, unchecked
from appimageconfig.files import check, dump, dumps, load, loads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


A = AppImageConfig(app_image_config_name="a")
UNKNOWN_TAG = "unknown tag; put a string that begins with ! in quotes"
NOT_A_STRING = "has a member whose name is not a string; put the name in quotes"
CYCLE = "has an alias of something that contains it, or is nested too deeply; the maximum is 100 levels"
NOT_DECIMAL = "is an integer that is not in plain decimal form; write it in decimal, or in quotes"


def test_anchors_aliases_and_merge_keys_are_resolved() -> None:
    """A member of the map itself overrides a merged one before or after it; of several merged maps the first wins."""
    text = """
        - AppImageConfigName: a
          JupyterLabAppImageConfig: &lab
            FileSystemConfig: &files {DefaultUid: 1000, DefaultGid: 100}
            ContainerConfig: {ContainerArguments: [&text --one, *text]}
        - AppImageConfigName: b
          JupyterLabAppImageConfig: *lab
          CodeEditorAppImageConfig:
            FileSystemConfig: {DefaultUid: 0, <<: *files}
        - AppImageConfigName: c
          CodeEditorAppImageConfig:
            FileSystemConfig:
              <<: [*files, {DefaultUid: 2, MountPath: /c}]
              DefaultGid: 0
    """
    lab = {
        "FileSystemConfig": {"DefaultUid": 1000, "DefaultGid": 100},
        "ContainerConfig": {"ContainerArguments": ["--one", "--one"]},
    }
    editors: list[dict[str, Any]] = [{"DefaultUid": 0, "DefaultGid": 100}]
    editors.append({"MountPath": "/c", "DefaultUid": 1000, "DefaultGid": 0})
    assert list(map(to_request, loads(text, file_format="yaml"))) == [
        {"AppImageConfigName": "a", "JupyterLabAppImageConfig": lab},
        {
            "AppImageConfigName": "b",
            "JupyterLabAppImageConfig": lab,
            "CodeEditorAppImageConfig": {"FileSystemConfig": editors[0]},
        },
        {"AppImageConfigName": "c", "CodeEditorAppImageConfig": {"FileSystemConfig": editors[1]}},
    ]


RELATIVE = "must be an absolute path, which begins with a slash (pattern \\/.*)"


def test_every_violation_has_its_line() -> None:
    """A value repeated by an alias or << has the line of the anchor, where it is corrected."""
    text = """\
# Two requests
- AppImageConfigName: a
  Tags:
  - {Key: on, Value: 1.0}
  JupyterLabAppImageConfig:
    FileSystemConfig: &files
      DefaultUid: 70000
      DefaultGid: ~
    ContainerConfig:
      ContainerEnvironmentVariables:
        'A': yes
        B: 2024-01-01
        C: 2024-13-45
- KernelGatewayImageConfig:
    FileSystemConfig:
      MountPath: root
      <<: *files
      DefaultGid: -1
"""
    lab = "[0].JupyterLabAppImageConfig"
    gateway = "[1].KernelGatewayImageConfig"
    assert violations_of(text, "yaml") == [
        "line 4: [0].Tags[0].Key: must be a string, not a boolean; write it in quotes",
        "line 4: [0].Tags[0].Value: must be a string, not a number; write it in quotes",
        f"line 7: {lab}.FileSystemConfig.DefaultUid: is 70000; the maximum is 65535",
        f"line 7: {gateway}.FileSystemConfig.DefaultUid: is 70000; the maximum is 65535",
        f"line 8: {lab}.FileSystemConfig.DefaultGid: must be an integer, not null",
        f"line 11: [0].{VARIABLES}['A']: the value must be a string, not a boolean; write it in quotes",
        f"line 12: [0].{VARIABLES}['B']: the value must be a string, not a date; write it in quotes",
        f"line 13: [0].{VARIABLES}['C']: the value must be a string, not a date; write it in quotes",
        f"line 14: {gateway}.KernelSpecs: required member is missing",
        "line 14: [1].AppImageConfigName: required member is missing",
        f"line 16: {gateway}.FileSystemConfig.MountPath: {RELATIVE}",
        f"line 18: {gateway}.FileSystemConfig.DefaultGid: is -1; the minimum is 0",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["line 1: is empty; write a request or a list of requests"]),
        ("# a\n", ["line 1: is empty; write a request or a list of requests"]),
        ("--- ~", ["line 1: must be a request, or a list of requests, not null"]),
        ("\nAppImageConfigName", ["line 2: must be a request, or a list of requests, not a string"]),
        ("- =\n- <<", ["line 1: [0]: must be a request, not a string", "line 2: [1]: must be a request, not a string"]),
        ("- !Ref a\n- !!python/object:os.system b\n- !!set {a}\n- !!str [a]\n- !!binary YQ==", [
            f"line {line}: [{line - 1}]: {UNKNOWN_TAG}" for line in (1, 2, 3, 4, 5)
        ]),
        ("- 0100\n- 1:30\n- 0x1F\n- 1_0\n- !!int a", [
            f"line {line}: [{line - 1}]: {NOT_DECIMAL}" for line in (1, 2, 3, 4, 5)
        ]),
        ("- 0\n- +1\n- -1", [f"line {line}: [{line - 1}]: must be a request, not an integer" for line in (1, 2, 3)]),
        ("- {5: a}\n- {yes: a}\n- ? [a]\n  : b\n- {!!int b: c}", [
            f"line {line}: [{index}]{violation}"
            for index, line in enumerate((1, 2, 3, 5))
            for violation in (f": {NOT_A_STRING}", ".AppImageConfigName: required member is missing")
        ]),
        ("AppImageConfigName: a\n<<: 5", ["line 2: merges something other than a map or a list of maps with <<"]),
        ("- a\n- AppImageConfigName: a\n  <<: [{},\n  [], !a {}]", [
            "line 1: [0]: must be a request, not a string",
            f"line 4: [1]: {UNKNOWN_TAG}",
            "line 4: [1]: merges something other than a map or a list of maps with <<",
        ]),
        ("AppImageConfigName: {<<: !a {}}", [
            f"line 1: AppImageConfigName: {UNKNOWN_TAG}",
            "line 1: AppImageConfigName: must be a string, not a map",
        ]),
        ("b: c\na: &a [*a]", [f"line 2: {CYCLE}"]),
        ("&a {<<: *a}", [f"line 1: {CYCLE}"]),
        ("a0: &a0 []\n" + "\n".join(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 100)), [f"line 1: {CYCLE}"]),
        ("a: b\nc: \x01", [
            "line 2: contains a character that YAML does not allow; write it as an escape, in double quotes"
        ]),
        ("a: \ud800", [
            "line 1: contains a character that YAML does not allow; write it as an escape, in double quotes"
        ]),
        ('a:\n  "\\UFFFFFFFF"', ["line 2: invalid YAML: a number in an escape or a version is too large"]),
        (f"%YAML 1.{'1' * 5000}\n---\na", [
            "line 1: invalid YAML: a number in an escape or a version is too large"
        ]),
    ],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_yaml_that_is_not_a_request_is_refused(text: str, expected: list[str]) -> None:
    assert violations_of(text, "yaml") == expected


AMBIGUOUS = [
    ("0100", "64", "100"),
    ("-0100", "-64", "-100"),
    ("0_10", "8", "the string '0_10'"),
    ("1:30", "90", "the string '1:30'"),
    ("-1:00:59", "-3659", "the string '-1:00:59'"),
    ("1_000", "1000", "the string '1_000'"),
    ("0b101", "5", "the string '0b101'"),
    ("0" + "7" * 19, "144115188075855871", "7777777777777777777"),
    ("089", "the string '089'", "89"),
    ("-08", "the string '-08'", "-8"),
    ("0o17", "the string '0o17'", "15"),
    ("0o10", "the string '0o10'", "8"),
]


@pytest.mark.parametrize(("text", "old", "new"), AMBIGUOUS)
@pytest.mark.parametrize(
    ("document", "path"),
    [
        ("AppImageConfigName: {}", "AppImageConfigName"),
        ("[{{AppImageConfigName: a, Tags: [{{Key: a, Value: {}}}]}}]", "[0].Tags[0].Value"),
        (
            "AppImageConfigName: a\nKernelGatewayImageConfig: {{KernelSpecs: [{{Name: {}}}]}}",
            "KernelGatewayImageConfig.KernelSpecs[0].Name",
        ),
        (
            "AppImageConfigName: a\nJupyterLabAppImageConfig: {{FileSystemConfig: {{DefaultUid: {}}}}}",
            "JupyterLabAppImageConfig.FileSystemConfig.DefaultUid",
        ),
    ],
)
def test_an_integer_that_yaml_1_1_and_1_2_read_differently_is_one_violation(
    document: str, path: str, text: str, old: str, new: str
) -> None:
    (violation,) = violations_of(document.format(text), "yaml")
    assert violation.partition(": ")[2] == (
        f"{path}: is ambiguous: YAML 1.1 reads {old} and YAML 1.2 reads {new}; write it in decimal, or in quotes"
    )


@pytest.mark.parametrize("text", ["0x1F", "0x_", "0b_", "!!int a", "!!int ''", "0" + "7" * 20, "1" + ":30" * 7])
def test_an_integer_in_another_form_is_one_violation(text: str) -> None:
    """Long ones are not evaluated, which would take quadratic time, and Python refuses to write them in decimal."""
    assert violations_of(f"AppImageConfigName: {text}", "yaml") == [f"line 1: AppImageConfigName: {NOT_DECIMAL}"]


@pytest.mark.parametrize(
    ("container", "path"),
    [
        ("{ContainerEnvironmentVariables: {PIN: 0123}}", f"{VARIABLES}['PIN']"),
        ("{ContainerArguments: [0123]}", "JupyterLabAppImageConfig.ContainerConfig.ContainerArguments[0]"),
    ],
)
def test_an_ambiguous_integer_that_may_be_a_secret_is_not_shown(container: str, path: str) -> None:
    text = f"AppImageConfigName: a\nJupyterLabAppImageConfig: {{ContainerConfig: {container}}}"
    assert violations_of(text, "yaml") == [f"line 2: {path}: {NOT_DECIMAL}"]


def test_an_ambiguous_integer_below_an_unknown_member_is_not_shown() -> None:
    """The member may be misspelt, and the value a secret."""
    text = "AppImageConfigName: a\nTag:\n  - {Key: PIN, Value: 0123}"
    assert violations_of(text, "yaml") == [
        "line 2: Tag: unknown member 'Tag'; did you mean 'Tags'?",
        f"line 3: Tag[0].Value: {NOT_DECIMAL}",
    ]


@pytest.mark.parametrize("text", ["0", "00", "007", "+7", "-0"])
def test_an_integer_that_both_versions_of_yaml_read_alike_is_read(text: str) -> None:
    with unchecked():
        (config,) = loads(
            f"AppImageConfigName: a\nCodeEditorAppImageConfig: {{FileSystemConfig: {{DefaultUid: {text}}}}}",
            file_format="yaml",
        )
    files: Any = to_request(config)["CodeEditorAppImageConfig"]["FileSystemConfig"]
    assert files["DefaultUid"] == int(text)


NUMBERS = r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"


@given(number=st.from_regex(NUMBERS, fullmatch=True))
def test_a_number_of_yaml_1_2_is_not_a_string(number: str) -> None:
    """Even if it is one in YAML 1.1, which PyYAML reads, such as 089 and 1e3."""
    (violation,) = violations_of(f"AppImageConfigName: a\nTags: [{{Key: a, Value: {number}}}]", "yaml")
    assert violation.startswith("line 2: Tags[0].Value: ")
    assert violation.endswith(" in quotes")


@pytest.mark.parametrize("text", ["0o8", "1e", "12e5f", "089a", "1.2.3", "0_8", "1-0", "!!str 089", "'0o17'", "1:90"])
def test_a_string_that_begins_like_a_number_is_a_string(text: str) -> None:
    (config,) = loads(f"AppImageConfigName: a\nTags: [{{Key: a, Value: {text}}}]", file_format="yaml")
    assert config.tags == {"a": text.removeprefix("!!str ").strip("'")}


@pytest.mark.parametrize("text", [r'"\ud83d\ude00"', r'"\uD83D\uDE00"', r'"\U0001f600"', '"\U0001f600"'])
def test_a_surrogate_pair_is_one_character(text: str) -> None:
    """As in JSON, also in a name."""
    variables = f"{{{text}: {text}}}"
    document = f"""\
AppImageConfigName: a
JupyterLabAppImageConfig: {{ContainerConfig: {{ContainerEnvironmentVariables: {variables}}}}}
"""
    (config,) = loads(document, file_format="yaml")
    container: Any = to_request(config)["JupyterLabAppImageConfig"]["ContainerConfig"]
    assert container == {"ContainerEnvironmentVariables": {"\U0001f600": "\U0001f600"}}


def test_values_that_cannot_be_read_hide_no_other_violation() -> None:
    """Each is one violation: its type, which is not known, is not reported as well."""
    text = """\
- AppImageConfigName: !Ref name
  Tags:
  - {Key: team, Value: 0100}
  - {Key: team, Value: 1.0}
  - !Ref tag
  JupyterLabAppImageConfig:
    FileSystemConfig: &files {DefaultUid: 0100, DefaultGid: -1}
    ContainerConfig: !Sub {}
    ContainerConfigs: !Sub {}
- AppImageConfigName: a
  CodeEditorAppImageConfig:
    FileSystemConfig: {<<: *files, DefaultUid: '0'}
    ContainerConfig:
      ContainerEnvironmentVariables: {'': !Ref a, 5: a}
- AppImageConfigName: a
- !Ref request
"""
    lab, editor = "[0].JupyterLabAppImageConfig", "[1].CodeEditorAppImageConfig"
    container = f"{editor}.ContainerConfig.ContainerEnvironmentVariables"
    not_an_integer = "must be an integer, not a string; write the number without quotes"
    uid = "is ambiguous: YAML 1.1 reads 64 and YAML 1.2 reads 100; write it in decimal, or in quotes"
    assert violations_of(text, "yaml") == [
        f"line 1: [0].AppImageConfigName: {UNKNOWN_TAG}",
        f"line 3: [0].Tags[0].Value: {uid}",
        "line 4: [0].Tags[1].Value: must be a string, not a number; write it in quotes",
        "line 4: [0].Tags[1].Key: duplicate tag key; the first is at Tags[0]",
        f"line 5: [0].Tags[2]: {UNKNOWN_TAG}",
        f"line 7: {lab}.FileSystemConfig.DefaultUid: {uid}",
        f"line 7: {editor}.FileSystemConfig.DefaultUid: {uid}",
        f"line 7: {lab}.FileSystemConfig.DefaultGid: is -1; the minimum is 0",
        f"line 7: {editor}.FileSystemConfig.DefaultGid: is -1; the minimum is 0",
        f"line 8: {lab}.ContainerConfig: {UNKNOWN_TAG}",
        f"line 9: {lab}.ContainerConfigs: {UNKNOWN_TAG}",
        f"line 9: {lab}.ContainerConfigs: unknown member 'ContainerConfigs'; did you mean 'ContainerConfig'?",
        f"line 12: {editor}.FileSystemConfig.DefaultUid: {not_an_integer}",
        f"line 14: {container}['']: {UNKNOWN_TAG}",
        f"line 14: {container}: {NOT_A_STRING}",
        f"line 14: {container}['']: the key must be a single line that is not blank (pattern (?!\\s*$).+)",
        "line 15: [2].AppImageConfigName: duplicate name 'a'; the first is at line 10",
        f"line 16: [3]: {UNKNOWN_TAG}",
    ]


def test_check_does_not_return_a_request_with_a_value_that_cannot_be_read(tmp_path: Path) -> None:
    """Without the member whose name is not a string, the request would be valid."""
    path = written(tmp_path / "a.yaml", "- AppImageConfigName: a\n- AppImageConfigName: b\n  5: a")
    checked = check(path)
    assert checked.configs == (A,)
    assert list(map(str, checked.violations)) == [f"{path}:3: [1]: {NOT_A_STRING}"]
    assert check(written(path, "AppImageConfigName: a\n5: a")).configs == ()


MISFIT = "this does not continue what comes before it; check the indentation and the quotes"
NO_BEGINNING = "a string cannot begin with this character; put it in quotes, and indent with spaces, not tabs"
NO_COLON = "unexpected colon; check the indentation, and put strings with a colon in quotes"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b: c", f"line 1: 5: {NO_COLON}"),
        ("a: 1\n  b: 2", f"line 2: 4: {NO_COLON}"),
        ("a: b\nc\nd: e", "line 3: 1: a colon is missing, in the block that begins on line 2"),
        ("a: - b", "line 1: 4: a list is not allowed here; check the indentation"),
        ("- a\nb: c", f"line 2: 1: {MISFIT}, in the block that begins on line 1"),
        ("a: 'b' c", f"line 1: 8: {MISFIT}"),
        ("a: [b", "line 1: 6: a comma or a closing brace or bracket is missing"),
        ("a: [b, ", "line 1: 8: a value or a closing brace or bracket is missing"),
        ("a: ]", "line 1: 4: a value or a closing brace or bracket is missing"),
        ("a: {b: 1]", "line 1: 9: a comma or a closing brace or bracket is missing"),
        ('a:\n  "b\nc', "line 3: 2: a closing quote is missing, in the block that begins on line 2"),
        ('a: "\\d"', "line 1: 6: write a backslash in double quotes twice"),
        ('a: "\\xyz"', "line 1: 7: write a backslash in double quotes twice"),
        ("a: @b", f"line 1: 4: {NO_BEGINNING}"),
        ("a:\n\tb: c", f"line 2: 1: {NO_BEGINNING}"),
        ("a: *b", "line 1: 4: this alias has no anchor; put a string that begins with * in quotes"),
        ("a: !b!c d", "line 1: 4: unknown tag; put a string that begins with ! in quotes"),
        ("a: &b 1\nc: &b 2", "line 2: 4: duplicate anchor; use another name"),
        ("a: b\n---\nc: d", "line 2: 1: a second document begins; write several requests as a list"),
        ("%YAML 2.0\n---\na: b", "line 1: 1: the syntax is invalid from here on"),
    ],
)  # fmt: skip
def test_syntax_errors_have_the_place_of_the_mistake(text: str, expected: str) -> None:
    """The messages of PyYAML are not used: they quote the text."""
    line, column, message = expected.split(": ", 2)
    assert violations_of(text, "yaml") == [f"{line}: invalid YAML at column {column}: {message}"]


def test_aliases_may_repeat_200_000_values() -> None:
    """A few lines could expand to more than any memory holds."""
    text = f"AppImageConfigName: a\nx: [&a [{'b, ' * 999}], &c d, {'*a, ' * 200}"
    assert violations_of(f"{text}]", "yaml") == [f"line 2: x: unknown member 'x'; the members are {MEMBERS}"]
    assert violations_of(f"{text}*c]", "yaml") == ["has aliases that repeat more than 200,000 values; write them out"]


WITHOUT_YAML: list[Callable[[Path], object]] = [
    lambda path: load(written(path, "AppImageConfigName: a")),
    lambda path: check(written(path, "AppImageConfigName: a")),
    lambda _: loads("AppImageConfigName: a", file_format="yaml"),
    lambda path: dump([A], path),
    lambda _: dumps([A], file_format="yaml"),
]


@pytest.mark.parametrize("use", WITHOUT_YAML)
def test_yaml_without_pyyaml_is_an_import_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, use: Callable[[Path], Iterable[object]]
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ImportError, match=r"^YAML needs PyYAML: pip install 'appimageconfig\[yaml\]'$"):
        use(tmp_path / "a.yaml")
