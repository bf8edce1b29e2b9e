"""Compares what `lockstep check --mode exhaustive` explores with what the axioms allow."""
import json
import os
import subprocess
import tempfile

MODELS = ("sc", "tso", "rc11")


def text_of(program):
    """The notation of axiomatic.cpp, of a list of threads, each a list of groups of operations."""
    return "|".join(";".join(o for group in thread for o in group) for thread in program)


def add_options(parser):
    parser.add_argument("--lockstep", required=True)
    parser.add_argument("--axiomatic", required=True)
    parser.add_argument("--program", required=True, help="fuzz_program, built with -fsanitize=thread")
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--paranoid", action="store_true", help="check each graph inside the checker, too")
    parser.add_argument("-j", "--jobs", type=int, default=2)


class Checker:
    def __init__(self, arguments):
        self.a = arguments

    def expected(self, texts, models):
        run = subprocess.run([self.a.axiomatic, *models], input="\n".join(texts) + "\n", capture_output=True, text=True,
                             check=True)
        result, key = {}, None
        for line in run.stdout.splitlines():
            if line.startswith("# "):
                _, model, _, text = line.split(" ", 3)
                key = (text, model)
                result[key] = []
            else:
                result[key].append(line)
        return result

    def explore(self, text, model, mode="exhaustive"):
        with tempfile.NamedTemporaryFile(mode="r") as dump:
            command = [self.a.lockstep, "check", "--mode", mode, "--memory-model", model, "--keep-going", "--time", "60s",
                       "--json", "-", "--trace", os.devnull]
            if mode == "exhaustive":
                command += ["--dump-executions", dump.name] + (["--paranoid"] if self.a.paranoid else [])
            run = subprocess.run([*command, "--", self.a.program, text], capture_output=True, text=True)
            if run.returncode == 2 or not run.stdout:
                raise RuntimeError(run.stderr.strip())
            lines = []
            for line in dump:
                tokens = [t for t in line.split() if not t.startswith("ob:0.") and not t.startswith("0.")]
                lines.append(" ".join(tokens))
            return json.loads(run.stdout), lines

    def difference(self, text, model, expected):
        """What is wrong, or None."""
        report, lines = self.explore(text, model)
        if not report["complete"]:
            return "the search did not end"
        if expected is None:
            plain, _ = self.explore(text, model, "brute")
            count = plain.get("distinct", plain["executions"])
            if not plain["complete"]:
                return None
            stuck = any(b["kind"] != "data-race" for b in plain["bugs"])
            if stuck:  # a deadlock has several graphs or one, as one looks at it
                return None if bool(report["bugs"]) == bool(plain["bugs"]) else "one finds a bug, the other does not"
            return None if report["executions"] == count else f"{report['executions']} executions instead of {count}"
        if len(set(lines)) != len(lines):
            twice = sorted({l for l in lines if lines.count(l) > 1})
            return "more than once:\n    " + "\n    ".join(twice[:5])
        missing, extra = sorted(set(expected) - set(lines)), sorted(set(lines) - set(expected))
        if missing or extra:
            return "".join(f"\n    {what}: {l}" for what, ls in (("missing", missing), ("not allowed", extra))
                           for l in ls[:5])
        if report["executions"] != len(expected):
            return f"{report['executions']} executions reported, {len(expected)} written"
        return None
