"""Changes of values that are JSON: small ones, such as a mistake in a request or a defect of a server."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 65535, 65536, 10**30, 0.5, 1000.0, float("nan"), "", " ", "a", "a-", "/", "0100",
    "1:30", "yes", "~", "=", "<<", "2024-01-01", "é", "😀", "\u2028", "x" * 64, [], {}, [None], [[]], {"": ""},
]  # fmt: skip


def changed_value(data: st.DataObject, value: Any) -> Any:
    """Return *value*, which is JSON, with a change somewhere in it."""
    kind: Any = value.__class__
    items: list[tuple[Any, Any]] = []
    if kind is dict:
        items += value.items()
    elif kind is list:
        items += enumerate(value)
    if not items or data.draw(st.integers(0, 4)) == 0:
        return data.draw(st.sampled_from([[value], *VALUES]))
    position = data.draw(st.integers(0, len(items) - 1))
    key, item = items[position]
    match data.draw(st.sampled_from(["change", "change", "remove", "repeat", "rename"])):
        case "change":
            items[position] = key, changed_value(data, item)
        case "rename":
            items[position] = data.draw(st.sampled_from(["", "x", f"{key}s", "0100", "=", "<<", "a.b[0]"])), item
        case "remove":
            del items[position]
        case _:
            items.append(items[position])
    return dict(items) if kind is dict else [item for _, item in items]
