#!/usr/bin/env python3
"""Checks that every #include follows the arrows between the modules.

    layering.py ROOT

The arrows are those of core/README.md. They are transitive: what a module
depends on, its dependants may include. Prints each include that breaks a rule
and exits 1 when there is one.
"""

import pathlib
import re
import sys

# What each module depends on directly.
CORE_ARROWS = {
    "core/base": [],
    "core/text": ["core/base"],
    "core/data": ["core/text"],
    "core/metrics": ["core/base"],
    "core/store": ["core/base"],
    "core/jobs": ["core/store"],
    "core/nn": ["core/data"],
    "core/engine": ["core/nn"],
    "core/train": ["core/engine", "core/metrics"],
    "core/serve": ["core/engine", "core/store"],
    "core/analysis": ["core/train"],
}
ARROWS = CORE_ARROWS | {
    "proto": [],
    "client": ["core/base", "proto"],
    "logging": ["core/base"],
    # Its generated header lies in the folder as ours do.
    "onnx": ["core/nn"],
    "worker": [*CORE_ARROWS, "logging", "proto"],
    # The server starts the workers, through the launcher that worker/ has.
    "server": [*CORE_ARROWS, "logging", "onnx", "proto", "worker"],
}

# Tests may include any module; no module may include a test.
CHECKED_FOLDERS = ["core", "client", "logging", "onnx", "server", "worker"]
TORCH_MODULES = ["core/nn", "core/engine"]
TORCH_IN_HEADERS = "ATen/core/Tensor.h"

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
GENERATED = re.compile(r"\.pb\.h$")
TORCH = re.compile(r"^(torch|ATen|c10|caffe2)/")
# Torch brings old copies of their headers, so no file may meet both.
CLASHES_WITH_TORCH = re.compile(r"^(google/protobuf|grpc|grpcpp|spdlog|fmt)/")


def reach(module):
    """The module itself and everything its arrows lead to."""
    reached = {module}
    for target in ARROWS[module]:
        reached |= reach(target)
    return reached


def module_of(path):
    """The module of a path from the root, or None when it is outside code."""
    parts = path.split("/")
    if parts[0] == "core" and len(parts) > 2:
        return "/".join(parts[:2])
    if parts[0] in CHECKED_FOLDERS or parts[0] == "tests":
        return parts[0]
    if GENERATED.search(path):
        return "proto"
    return None


def find_includes(file):
    """(line number, path, whether in quotes) of each #include."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[2], match[1] == '"'


def broken_rules(file, module, included, quoted):
    """Why `file` of `module` must not include `included`."""
    if quoted and "/" not in included:
        yield "write the path from the root of the repository"
    target = module_of(included)
    if target is not None and target not in reach(module):
        yield f"{module} does not depend on {target}"
    if module.startswith("core/") and CLASHES_WITH_TORCH.match(included):
        yield "core knows no gRPC, no protobuf and no logging library"
    if file.endswith(".h") and TORCH.match(included):
        if module not in TORCH_MODULES:
            yield "only headers of core/nn and core/engine may include torch"
        elif included != TORCH_IN_HEADERS:
            yield f"of torch, a header includes {TORCH_IN_HEADERS} alone"


def check_includes(name, includes):
    """The errors in the includes of one file."""
    module = module_of(name)
    if module not in ARROWS:
        return [f"{name}: {module} is not a module that layering.py knows"]
    return [
        f"{name}:{number}: #include of {included}: {reason}"
        for number, included, quoted in includes
        for reason in broken_rules(name, module, included, quoted)
    ]


def reached_headers(name, tree):
    """Every header that compiling the file meets, as far as the tree tells."""
    reached, unseen = set(), [name]
    while unseen:
        for _, included, _ in tree.get(unseen.pop(), []):
            if included not in reached:
                reached.add(included)
                unseen.append(included)
    return reached


def check_clash(name, tree):
    headers = reached_headers(name, tree)
    torch = sorted(filter(TORCH.match, headers))
    others = sorted(
        header
        for header in headers
        if CLASHES_WITH_TORCH.match(header) or GENERATED.search(header)
    )
    if torch and others:
        return [f"{name}: meets both {torch[0]} and {others[0]}, whose headers clash"]
    return []


def check_tree(root):
    """(files looked at, errors)."""
    tree = {
        file.relative_to(root).as_posix(): list(find_includes(file))
        for folder in CHECKED_FOLDERS
        for file in sorted((root / folder).rglob("*"))
        if file.suffix in (".h", ".cc", ".cu")
    }
    errors = []
    for name, includes in tree.items():
        errors += check_includes(name, includes) + check_clash(name, tree)
    return len(tree), errors


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    count, errors = check_tree(pathlib.Path(arguments[0]).resolve())
    if count == 0:
        errors.append(f"there is no source file in {arguments[0]}")
    print("\n".join(errors) or f"{count} files follow the arrows")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
