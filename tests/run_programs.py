#!/usr/bin/env python3
"""Builds and checks the programs below tests/programs and compares what Lockstep says with what they expect.

    tests/run_programs.py [--lockstep build/lockstep] [--build-dir DIR] [--compiler g++]... [-v] FILE|FOLDER...

A program begins with comment lines that say what is expected of it:

    // expect: fail kind=data-race pattern=read-modify-write object=counter
    // expect: pass complete
    // expect: unsupported
    // options: --mode random --executions 2000      for `lockstep check`
    // flags: -O2 -latomic                            for the compiler, after -std, -g, -O1 and -fsanitize=thread
    // compilers: gcc clang                           default: gcc; clang means every installed one of 14 and 19
    // args: 3 4                                      for the program
    // tags: spin                                     left out with --without spin

`kind`, `pattern`, `object` and `warning` (the kind of a warning) may name alternatives, kind=deadlock|lock-misuse, and so
may the whole line: pass | fail kind=deadlock. A bug of two threads is told in at most 12 steps.
Every failure is replayed from its trace, three times: the same bug, and the same report to the letter, times apart.
Where the report names a run that passes, that is replayed too, and passes.

Exit status: 0 as expected, 1 not, 2 wrong usage, 77 nothing to run (CTest counts that as skipped).
"""

import argparse
import contextlib
import difflib
import fcntl
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

HEADER_KEYS = ("expect", "options", "flags", "compilers", "args", "tags")
VERDICTS = ("pass", "fail", "unsupported")
EXPECT_KEYS = ("kind", "pattern", "object", "warning")
# Enough for a search that is expected to end, on a slow machine with much else to do (none takes a tenth of it on an idle
# one); a search that is not expected to end is only given a while.
BUDGET = "150s"
OPEN_ENDED_BUDGET = "5s"
REPLAYS = 3
# What a tired reader follows: no report of at most two threads tells more.
MOST_STEPS = 12
# Precompiled headers, for all tests of a build tree; None: none.
PRECOMPILED = Path(os.environ["LOCKSTEP_PRECOMPILED"]) if os.environ.get("LOCKSTEP_PRECOMPILED") else None
# Compiled programs, for all tests of a build tree, by what they are made of; None: each test has its own.
PROGRAMS = PRECOMPILED.with_name("programs-shared") if PRECOMPILED else None
# What nearly every program includes. More would take longer to load than is won: GCC reads a precompiled header whole.
COMMON_HEADERS = ("condition_variable", "mutex", "thread")
# A search that does not heed its own budget is ended by this.
HANG_SECONDS = 400


class Failure(Exception):
    """Something is not as expected; the text says what."""


def read_expectation(text):
    """One alternative of an `// expect:` line."""
    verdict, *facts = text.split() or [""]
    if verdict not in VERDICTS:
        raise Failure("the header needs `// expect: pass|fail|unsupported …`")
    expect = {"verdict": verdict, "complete": False}
    for fact in facts:
        key, equals, value = fact.partition("=")
        if fact == "complete" and verdict == "pass":
            expect["complete"] = True
        elif equals and key in EXPECT_KEYS:
            expect[key] = value.split("|")
        else:
            raise Failure(f"`// expect:` does not know {fact!r}")
    return expect


def read_header(source):
    """The `// key: value` lines that a program begins with; `expect` becomes a list of alternatives."""
    header = {key: "" for key in HEADER_KEYS}
    for line in source.read_text(encoding="utf-8").splitlines():
        match = re.match(r"// (\w+):(?: (.*))?$", line)
        if not match or match[1] not in header:
            break
        header[match[1]] = match[2] or ""
    alternatives = re.split(rf"\s*\|\s*(?=(?:{'|'.join(VERDICTS)})\b)", header["expect"])
    header["expect"] = [read_expectation(alternative) for alternative in alternatives]
    return header


def compilers_for(families, is_c, only):
    """The compilers to build with: those of the families that are installed, or the ones asked for."""
    if only:
        return only
    found = []
    for family in families.split() or ["gcc"]:
        if family == "gcc":
            candidates = ["gcc" if is_c else "g++"]
        elif family == "clang":
            driver = "clang" if is_c else "clang++"
            candidates = [f"{driver}-14", f"{driver}-19"]
            if not any(shutil.which(name) for name in candidates):
                candidates = [driver]
        else:
            raise Failure(f"`// compilers:` does not know {family!r}")
        found += [name for name in candidates if shutil.which(name)]
    return found


@contextlib.contextmanager
def made_once(target):
    """One process at a time makes a file; yields where to make it, which then takes its place whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target.with_name(target.name + ".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fresh = target.with_name(target.name + ".new")
        yield fresh
        if fresh.exists():
            fresh.rename(target)


def precompiled_headers(source, command, flags, as_it_is=False):
    """Options that take the standard headers from a precompiled one, which is made for these flags; none if it is no gain.

    Reading them is most of what compiling a small program takes. `as_it_is`: none but those that the program includes.
    """
    if not PRECOMPILED or source.suffix == ".c" or flags:
        return []
    text = source.read_text(encoding="utf-8")
    own = [name for name in COMMON_HEADERS if f"#include <{name}>" in text]
    if text.lstrip().startswith("#define") or not own:
        return []
    names = own if as_it_is else COMMON_HEADERS
    key = (command[0], [f for f in command if f.startswith("-O")][-1], *(f"-{name}" for name in own if as_it_is))
    folder = PRECOMPILED / "".join(key)
    clang = "clang" in command[0]
    made = folder / ("common.h.pch" if clang else "common.h.gch")
    if not made.exists():
        with made_once(made) as fresh:
            if not made.exists():
                common = folder / "common.h"
                common.write_text("".join(f"#include <{name}>\n" for name in names))
                run = subprocess.run([*command, "-x", "c++-header", str(common), "-o", str(fresh)], capture_output=True)
                if run.returncode != 0:
                    return []
    return ["-include-pch", str(made)] if clang else ["-include", str(folder / "common.h")]


def content_of(paths):
    """A digest of files that a program is made of."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def libraries(flags):
    """The files of the build tree's own libraries among them; the system's do not change between two runs."""
    folders = [Path(f) for f in os.environ.get("LIBRARY_PATH", "").split(":") if f]
    return [f / f"lib{name[2:]}.a" for name in flags for f in folders if name.startswith("-l") and (f / f"lib{name[2:]}.a").exists()]


def build(source, compiler, header, root, build_dir, as_it_is=False):
    """Compiles one program as a user would; what was made of the same text by the same command is used again, whichever
    test made it.

    `as_it_is`: the headers that it includes must do.
    """
    is_c = source.suffix == ".c"
    binary = build_dir / f"{source.parent.name}.{source.stem}.{compiler}"
    flags = shlex.split(header["flags"])
    level = [f for f in ["-O1", *flags] if f.startswith("-O")][-1]
    flags = [f for f in flags if not f.startswith("-O")]
    command = [compiler, "-std=c11" if is_c else "-std=c++20", "-g", level, "-fsanitize=thread", "-pthread"]
    command += ["-shared-libsan"] if "clang" in compiler else ["-Wno-tsan"]
    headers = precompiled_headers(source, command, [f for f in flags if not f.startswith("-l")], as_it_is)
    command += [*headers, "-I", str(root / "include"), str(source)]
    sources = [source, *source.parent.glob("*.h"), *(root / "include").rglob("*.h"), *libraries(flags)]
    made_of = content_of(sources)
    key = hashlib.sha256("\0".join([*command, *flags, made_of]).encode()).hexdigest()
    stamp = binary.with_name(binary.name + ".made_of")
    with made_once(binary) as fresh:
        if binary.exists() and stamp.exists() and stamp.read_text() == key:
            return binary
        stamp.unlink(missing_ok=True)
        if PROGRAMS:
            shared = PROGRAMS / key[:32]
            with made_once(shared) as first:
                if not shared.exists():
                    compile_program([*command, "-o", str(first), *flags])
            fresh.unlink(missing_ok=True)
            os.link(shared, fresh)
        else:
            compile_program([*command, "-o", str(fresh), *flags])
        stamp.write_text(key)
    return binary


def compile_program(command):
    made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode != 0:
        raise Failure(f"does not compile: {shlex.join(command)}\n{made.stdout}")


def run_lockstep(command):
    """Runs one lockstep command whose standard output is JSON; returns (exit status, report, standard error)."""
    try:
        ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=HANG_SECONDS)
    except subprocess.TimeoutExpired:
        raise Failure(f"did not end within {HANG_SECONDS} s: {shlex.join(command)}") from None
    output = ran.stdout.decode(errors="replace")
    errors = ran.stderr.decode(errors="replace")
    try:
        return ran.returncode, json.loads(output), errors
    except ValueError:
        # Wrong usage and unsupported operations may end before there is a report.
        if ran.returncode in (2, 5) and not output.strip():
            return ran.returncode, {}, errors
        raise Failure(
            f"standard output is not one JSON document: {shlex.join(command)}\n"
            f"exit status {ran.returncode}\n{output}{errors}"
        ) from None


def without_times(value):
    """The report less what may differ between two runs of the same execution."""
    if isinstance(value, dict):
        return {key: without_times(item) for key, item in value.items() if key != "seconds"}
    if isinstance(value, list):
        return [without_times(item) for item in value]
    return value


def names_object(wanted, objects):
    """`m` is named by `m`, `bank.m` and `main()::m`, but not by `item`."""
    return any(name == wanted or name.endswith("." + wanted) or name.endswith("::" + wanted) for name in objects)


def differences(expect, status, report):
    """What is not as expected, one line each."""
    wanted_status = {"pass": 0, "fail": 1, "unsupported": 5}[expect["verdict"]]
    wrong = []
    if status != wanted_status:
        wrong.append(f"exit status: expected {wanted_status}, got {status}")
    if expect["verdict"] == "unsupported":
        return wrong
    allowed = {"fail": ["fail"], "pass": ["pass"] if expect["complete"] else ["pass", "inconclusive"]}
    if report.get("verdict") not in allowed[expect["verdict"]]:
        wrong.append(f"verdict: expected {'|'.join(allowed[expect['verdict']])}, got {report.get('verdict')}")
    if expect["complete"] and report.get("complete") is not True:
        wrong.append(f"complete: expected true, got {report.get('complete')}")
    bugs = report.get("bugs", [])
    if expect["verdict"] == "pass" and bugs:
        wrong += [f"bugs: expected none, got {bug.get('kind')}: {bug.get('summary')}" for bug in bugs]
    bug = bugs[0] if bugs else {}
    if expect["verdict"] == "fail":
        for key in ("kind", "pattern"):
            if key in expect and bug.get(key) not in expect[key]:
                wrong.append(f"{key}: expected {'|'.join(expect[key])}, got {bug.get(key)}")
        if "object" in expect and not any(names_object(name, bug.get("objects", [])) for name in expect["object"]):
            wrong.append(f"object: expected {'|'.join(expect['object'])}, got {bug.get('objects')}")
        if bug and not bug.get("steps"):
            wrong.append("steps: expected some, got none")
    if "warning" in expect:
        kinds = [warning.get("kind") for warning in report.get("warnings", [])]
        if expect["warning"] == ["none"]:
            if kinds:
                wrong.append(f"warning: expected none, got {kinds}")
        elif not set(kinds) & set(expect["warning"]):
            wrong.append(f"warning: expected {'|'.join(expect['warning'])}, got {kinds}")
    return wrong


def check_replays(lockstep, trace, bug):
    """A trace gives the same bug and the same report, every time."""
    command = [lockstep, "replay", str(trace), "--json", "-"]
    first = None
    for number in range(1, REPLAYS + 1):
        status, report, errors = run_lockstep(command)
        if status != 1:
            raise Failure(f"replay {number}: expected exit status 1, got {status}\n{errors}")
        again = (report.get("bugs") or [{}])[0]
        for key in ("kind", "pattern"):
            if again.get(key) != bug.get(key):
                raise Failure(f"replay {number}: {key} was {bug.get(key)}, is {again.get(key)}")
        text = json.dumps(without_times(report), indent=1, sort_keys=True)
        if first is None:
            first = text
        elif text != first:
            lines = difflib.unified_diff(
                first.splitlines(), text.splitlines(), "replay 1", f"replay {number}", lineterm=""
            )
            raise Failure("replays differ:\n" + "\n".join(lines))


def check_counterfactual(lockstep, trace, bug):
    """The run of which the report says that it passes does."""
    if not (bug.get("counterfactual") or {}).get("passes"):
        return
    status, report, errors = run_lockstep([lockstep, "replay", str(trace), "--counterfactual", "--json", "-"])
    if status != 0 or report.get("verdict") != "pass":
        raise Failure(f"replay --counterfactual: expected to pass, got {status}, {report.get('bugs')}\n{errors}")


def run_one(source, header, compiler, arguments):
    """Builds and checks a program with one compiler; raises Failure when something is not as expected."""
    binary = build(source, compiler, header, arguments.root, arguments.build_dir)
    trace = binary.with_name(binary.name + ".trace")
    trace.unlink(missing_ok=True)
    options = shlex.split(header["options"])
    if not any(option in ("--time", "--executions") or option.startswith("--time=") for option in options):
        open_ended = any(expect["verdict"] == "pass" and not expect["complete"] for expect in header["expect"])
        options += ["--time", OPEN_ENDED_BUDGET if open_ended else BUDGET]
    command = [arguments.lockstep, "check", *options, "--json", "-", "--trace", str(trace), "--", str(binary)]
    command += shlex.split(header["args"])
    status, report, errors = run_lockstep(command)
    wrong = [differences(expect, status, report) for expect in header["expect"]]
    if all(wrong):
        wrong = min(wrong, key=len)
        said = json.dumps(report, indent=1)
        if len(said) > 6000 and not arguments.verbose:
            said = said[:6000] + "\n… (-v shows all)"
        raise Failure("\n".join(wrong) + f"\n{shlex.join(command)}\n{errors}{said}")
    if report.get("verdict") == "fail":
        if not trace.exists():
            raise Failure(f"--trace wrote no file: {shlex.join(command)}")
        for bug in report["bugs"]:
            if len({step["thread"] for step in bug["steps"]}) <= 2 and len(bug["steps"]) > MOST_STEPS:
                raise Failure(f"a bug of two threads is told in {len(bug['steps'])} steps, more than {MOST_STEPS}")
        check_replays(arguments.lockstep, trace, report["bugs"][0])
        check_counterfactual(arguments.lockstep, trace, report["bugs"][0])
    return report


def main():
    root = Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lockstep", default=str(root / "build" / "lockstep"))
    parser.add_argument("--build-dir", type=Path, default=root / "build" / "tests" / "programs")
    parser.add_argument("--compiler", action="append", help="build with this one, whatever the header says")
    parser.add_argument("--without", action="append", default=[], metavar="TAG", help="leave out programs so tagged")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("programs", nargs="+", type=Path)
    arguments = parser.parse_args()
    arguments.root = root
    if not os.access(arguments.lockstep, os.X_OK):
        parser.error(f"{arguments.lockstep} is not there; run make, or name it with --lockstep")

    sources = []
    for path in arguments.programs:
        if path.is_dir():
            sources += sorted(p for p in path.rglob("*") if p.suffix in (".c", ".cpp"))
        elif path.is_file():
            sources.append(path)
        else:
            parser.error(f"no such program: {path}")

    passed = failed = skipped = 0
    for source in sources:
        name = f"{source.parent.name}/{source.stem}"
        try:
            header = read_header(source)
            compilers = compilers_for(header["compilers"], source.suffix == ".c", arguments.compiler)
        except Failure as failure:
            print(f"FAIL {name}: {failure}", flush=True)
            failed += 1
            continue
        if not compilers or set(header["tags"].split()) & set(arguments.without):
            print(f"skip {name}", flush=True)
            skipped += 1
            continue
        for compiler in compilers:
            try:
                report = run_one(source, header, compiler, arguments)
            except Failure as failure:
                print(f"FAIL {name} [{compiler}]\n     " + str(failure).replace("\n", "\n     "), flush=True)
                failed += 1
            else:
                print(f"ok   {name} [{compiler}] {report.get('executions', 0)} executions", flush=True)
                passed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    if failed:
        return 1
    return 0 if passed else 77


if __name__ == "__main__":
    sys.exit(main())
