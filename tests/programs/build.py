#!/usr/bin/env python3
"""Builds the acceptance programs one at a time, as their headers say, and prints each compiler message.

usage: build.py OUT_DIR [-I DIR]... [--compiler gcc|clang] [--syntax-only] [FILTER]...
The exit status is the number of programs that did not build without a warning (at most 100).
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent


def header(path):
    """The `// key: value` lines at the top of a program."""
    found = {}
    for line in path.read_text().splitlines():
        match = re.match(r"// (expect|tags|options|compilers|flags|args|stdin): ?(.*)$", line)
        if not match:
            break
        found[match[1]] = match[2]
    return found


def command(path, compiler, fields, output, includes, syntax_only):
    is_c = path.suffix == ".c"
    driver = {"gcc": ("gcc", "g++"), "clang": ("clang-14", "clang++-14")}[compiler][0 if is_c else 1]
    words = [driver, "-std=c11" if is_c else "-std=c++20", "-Wall", "-Wextra", "-Werror", "-g", "-O1"]
    words += ["-fsanitize=thread", "-Wno-tsan"] if compiler == "gcc" else ["-fsanitize=thread", "-shared-libsan"]
    flags = fields.get("flags", "").split()
    words += [f for f in flags if not f.startswith("-l")]
    words += [f"-I{d}" for d in includes]
    words += ["-fsyntax-only", str(path)] if syntax_only else [str(path), "-o", str(output)]
    return words + [f for f in flags if f.startswith("-l")]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    parser.add_argument("-I", action="append", default=[], dest="includes")
    parser.add_argument("--compiler", choices=["gcc", "clang"], default="gcc")
    parser.add_argument("--syntax-only", action="store_true")
    parser.add_argument("filters", nargs="*")
    arguments = parser.parse_intermixed_args()
    failed = 0
    for path in sorted(p for p in ROOT.rglob("*") if p.suffix in (".c", ".cpp")):
        name = str(path.relative_to(ROOT))
        if arguments.filters and not any(f in name for f in arguments.filters):
            continue
        fields = header(path)
        if arguments.compiler not in fields.get("compilers", "gcc").split():
            continue
        output = pathlib.Path(arguments.out) / arguments.compiler / path.relative_to(ROOT).with_suffix("")
        if output.exists() and output.stat().st_mtime > path.stat().st_mtime:
            continue
        os.makedirs(output.parent, exist_ok=True)
        words = command(path, arguments.compiler, fields, output, arguments.includes, arguments.syntax_only)
        result = subprocess.run(words, capture_output=True, text=True)
        if result.returncode != 0:
            failed += 1
            print(f"== {name}\n{result.stderr[:1500]}", flush=True)
    print(f"{failed} did not build")
    return min(failed, 100)


if __name__ == "__main__":
    sys.exit(main())
