"""What a PromQL expression names, and Grafana's variables in it."""

import re

_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'')
_SELECTOR = re.compile(r"\{[^{}]*\}")
_RANGE = re.compile(r"\[[^\[\]]*\]")
_LABEL_LIST = re.compile(
    r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)")
_OFFSET = re.compile(r"\boffset\s+-?\w+")
_NUMBER = re.compile(r"(?<![\w:.])\d[\w.]*(?:(?<=e)[+-]\d+)?")
_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_OPERATORS = {"and", "or", "unless", "bool", "atan2", "inf", "nan"}

# What Grafana puts in place of its variables; a range that is as long as the
# test is done by the caller's `replacements`.
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))")


def metric_names(expression):
    """The names of the series that the expression reads."""
    text = _STRING.sub('""', expression)
    for pattern in (_SELECTOR, _RANGE, _LABEL_LIST, _OFFSET):
        text = pattern.sub(" ", text)
    text = _NUMBER.sub(" ", text)
    names = set()
    for match in _NAME.finditer(text):
        is_call = text[match.end():].lstrip().startswith("(")
        word = match.group()
        # `sum by (code) (x)`: the label list is gone, so `sum` calls too.
        if not is_call and word.lower() not in _OPERATORS:
            names.add(word)
    return names


def replace_variables(expression, replacements):
    """With each $name or ${name} replaced; KeyError for one that is unknown."""
    return _VARIABLE.sub(
        lambda match: replacements[match.group(1) or match.group(2)], expression)
