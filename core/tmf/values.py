"""The values of one filter: comma-separated, quoted where a comma belongs to the value."""

from __future__ import annotations

import re

from core.tmf.filters import NotThisForm

_QUOTED = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\s*(?=,|\Z)""", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def split_values(text: str, *, at_commas: bool = True) -> list[str]:
    """Return the values in ``text``, unquoted; an empty one must be quoted.

    A quotation mark that does not enclose a whole value is an ordinary character.
    """
    values: list[str] = []
    position = 0
    while True:
        quoted = _QUOTED.match(text, position)
        if quoted and (at_commas or quoted.end() == len(text)):
            inside = quoted.group(1) if quoted.group(1) is not None else quoted.group(2)
            values.append(_ESCAPED.sub(r"\1", inside) if at_commas else inside)
            position = quoted.end()
        else:
            end = text.find(",", position) if at_commas else -1
            end = len(text) if end < 0 else end
            if end == position:
                raise NotThisForm("不能为空", "must not be empty")
            values.append(text[position:end])
            position = end
        if position >= len(text):
            return values
        position += 1
