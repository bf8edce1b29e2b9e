#include "cli/flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace lockstep::cli {
namespace {

constexpr std::array kFlags = {
    Flag{"--mode", "MODE", "auto|exhaustive|brute|sleep-sets|pct|pos|random|bounded", "auto", kCheck,
         "how executions are chosen: all of them (exhaustive, brute), at random (pct, pos, random), all with few "
         "preemptions "
         "(bounded); auto: all while that can finish, then pct"},
    Flag{"--mode", "MODE", "exhaustive|pct|pos|random", "exhaustive", kShow,
         "how executions are chosen: all of them, or at random"},
    Flag{"--expect", "OUTCOME", "", "", kShow,
         "these are all outcomes (several: `; ` between them, or the option again); exit status 1 if they are not",
         true},
    Flag{"--expect-file", "FILE", "", "", kShow, "the same, one outcome a line; lines that begin with # say nothing"},
    Flag{"--allow", "OUTCOME", "", "", kShow, "this outcome happens; exit status 1 if it does not", true},
    Flag{"--forbid", "OUTCOME", "", "", kShow, "this outcome does not happen; exit status 1 if it does", true},
    Flag{"--values", "NAMES", "", "", kShow,
         "the final values of these global variables are the outcome (x,p.left,a[1]), not what the program prints"},
    Flag{"--execution", "K", "", "all", kShow,
         "the steps of execution K of the table, or of one at random (the word random; --seed), instead of the table"},
    Flag{"--memory-model", "MODEL", "rc11|sc|tso", "rc11", kCheck | kShow,
         "what a load may return: C++'s own memory model (rc11), x86's (tso), or interleavings only (sc)"},
    Flag{"--executions", "N", "", "no limit", kCheck | kShow,
         "stop after N executions; without --time, time is no limit then"},
    Flag{"--time", "TIME", "", "30s", kCheck | kShow,
         "stop after this time (500ms, 30s, 2m, 1h; a plain number is seconds; 0: no limit)"},
    Flag{"--preemptions", "K", "", "2", kCheck, "with --mode bounded: at most K preemptions in an execution"},
    Flag{"--depth", "D", "", "20000", kCheck | kShow, "cut an execution after D events"},
    Flag{"--seed", "N", "", "1", kCheck | kShow, "of all random choices; the same seed gives the same search"},
    Flag{"--keep-going", "", "", "", kCheck, "look for all distinct bugs, not only the first"},
    Flag{"--each-test", "", "", "", kCheck, "one check for each GoogleTest or Catch2 case"},
    Flag{"--spurious-wakeups", "", "", "", kCheck | kShow, "let condition variables wake without a notification"},
    Flag{"--ignore-exit-status", "", "", "", kCheck, "an exit status other than 0 is not a bug"},
    Flag{"--jobs", "N", "", "1", kCheck | kShow, "search with N processes at the same time"},
    Flag{"--shard", "I/N", "", "", kCheck,
         "search part I of N (from 1), for as many machines; lockstep merge puts the JSON reports together"},
    Flag{"--checkpoint", "FILE", "", "", kCheck,
         "go on where an earlier search stopped, and write what is left when this one stops (exhaustive, auto)"},
    Flag{"--library", "HOW", "warn|error|trust", "warn", kCheck,
         "the standard library's own faults are warnings, are bugs, or are not looked for"},
    Flag{"--isolation", "HOW", "auto|snapshot|fork", "auto", kCheck | kShow,
         "how one execution is undone before the next"},
    Flag{"--require-complete", "", "", "", kCheck, "a search that did not explore everything is exit status 3"},
    Flag{"--warnings-as-errors", "", "", "", kCheck, "a warning about the program is a bug"},
    Flag{"--json", "FILE|-", "", "", kCheck | kShow | kReplay | kExplain | kMerge | kDump | kMeasure,
         "write the report as JSON; - is standard output"},
    Flag{"--junit", "FILE|-", "", "", kCheck | kReplay | kExplain, "write the report as JUnit XML, for CI systems"},
    Flag{"--sarif", "FILE|-", "", "", kCheck | kReplay | kExplain,
         "write the report as SARIF 2.1.0, for code scanning and editors; files below this directory are named "
         "relative to it"},
    Flag{"--perfetto", "FILE|-", "", "", kCheck | kShow | kReplay | kExplain,
         "write the failing execution as a timeline for ui.perfetto.dev or chrome://tracing; time is virtual, a "
         "microsecond for each event"},
    Flag{"--html", "FILE|-", "", "", kCheck | kShow | kReplay | kExplain,
         "write the report as one page that needs no server: threads over time, waits, source, values, both runs"},
    Flag{"--html", "FILE|-", "", "", kDump, "write the dump as one page that needs no server and no scripts"},
    Flag{"--dot", "FILE|-", "", "", kDump, "write the wait-for graph for Graphviz: dot -Tsvg"},
    Flag{"--watch", "SECONDS", "", "", kDump,
         "look on for this time first, without stopping the process, and say who has not moved"},
    Flag{"--all", "", "", "", kDump, "every thread by itself, with its whole stack; nothing is folded or cut"},
    Flag{
        "--postgres", "CONNINFO", "", "", kDump,
        "the sessions of a PostgreSQL server instead of a process: who waits for whose lock (a connection string, such "
        "as \"host=db dbname=app\")"},
    Flag{"--trace", "FILE", "", "", kCheck | kShow,
         "where the failing execution goes (default: lockstep-PROGRAM-KIND.trace)"},
    Flag{"--gdb", "", "", "", kReplay,
         "run it in gdb: each `continue` goes to the next step; lockstep step N, where, threads are commands there"},
    Flag{"--counterfactual", "", "", "", kReplay,
         "run the nearest execution without the bug instead, and show its steps; exit status 0 when it passes again"},
    Flag{"--paranoid", "", "", "", kCheck, "check each explored execution against the memory model's axioms once more"},
    Flag{"--dump-executions", "FILE", "", "", kCheck,
         "with --mode exhaustive: write each execution graph as a line (what reads from what, orders)"},
    Flag{"--all", "", "", "", kRun, "check every variant and compare it with its card; exit status 0 if all agree"},
    Flag{"--section", "SECTION", "", "", kList | kRun, "only this section of the catalogue"},
    Flag{"--json", "", "", "", kList, "ids, sections, variants, files and expected verdicts as JSON"},
    Flag{"--json", "FILE|-", "", "", kRun,
         "with --all: write the verdicts, and whether they agree, as JSON; of one variant: the report of its check"},
    Flag{"--jobs", "N", "", "all cores", kRun, "with --all: build and check N variants at the same time; also -j N"},
    Flag{"--build-dir", "DIR", "", "the user's cache", kRun, "where the programs are built and kept"},
    Flag{"--need", "WHAT", "state|wait|hand-over|limit|rate|once|meet|faster|many-waits|machines", "", kWhich,
         "what the threads need from each other"},
    Flag{"--data", "WHAT", "word|counter|hot-counter|invariant|mostly-read|several-locks|calls-itself", "", kWhich,
         "with --need state: what is shared"},
    Flag{"--until", "WHAT", "condition|event|value|result|end", "", kWhich, "with --need wait: what is waited for"},
    Flag{"--through", "WHAT", "queue|bounded|closing|once", "", kWhich, "with --need hand-over: how values go over"},
    Flag{"--rounds", "HOW", "one|many", "", kWhich, "with --need meet: how often"},
    Flag{"--between", "WHAT", "writers|updates|retries", "", kWhich, "with --need machines: what can go wrong"},
    Flag{"--table", "", "", "", kWhich, "all the answers as Markdown: docs/which.md"},
    Flag{"--reference", "", "", "", kList, "the whole reference as Markdown, from the cards: docs/reference.md"},
    Flag{"--catalogue", "DIR", "", "Lockstep's own", kList | kShow | kRun | kDiff | kWhich,
         "another catalogue; LOCKSTEP_CATALOGUE does the same"},
    Flag{"--quiet", "", "", "", kCheck | kShow | kReplay | kExplain | kMerge | kRun | kDump | kMeasure,
         "no text on standard output"},
    Flag{"--color", "WHEN", "auto|always|never", "auto", kCheck | kShow | kReplay | kExplain | kDiff | kDump,
         "colour in the text"},
    Flag{"--progress", "WHEN", "auto|always|never", "auto", kCheck | kShow, "a progress line on standard error"},
};

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1])});
      corner = above;
    }
  }
  return row[b.size()];
}

std::string options_text(Command command) {
  std::string out;
  for (const Flag& f : kFlags) {
    if (!(f.commands & command)) continue;
    std::string head = fmt::format("  {}{}{}", f.name, f.value.empty() ? "" : " ", f.value);
    std::string text(f.help);
    if (!f.choices.empty()) text.insert(0, fmt::format("{}: ", f.choices));
    if (!f.initial.empty()) text += fmt::format(" [{}]", f.initial);
    // The description in a column of its own, broken at spaces.
    constexpr std::size_t kColumn = 26, kWidth = 100;
    std::string line = head;
    line.append(head.size() < kColumn - 1 ? kColumn - head.size() : 2, ' ');
    while (!text.empty()) {
      std::size_t end = text.find(' ');
      if (end == std::string::npos) end = text.size();
      if (line.size() + 1 + end > kWidth) {
        out += line + "\n";
        line = std::string(kColumn, ' ');
      }
      line += (line.back() == ' ' ? "" : " ") + text.substr(0, end);
      text.erase(0, end + 1);
    }
    out += line + "\n";
  }
  return out;
}

}  // namespace

std::span<const Flag> flags() { return kFlags; }

const Flag* find_flag(Command command, std::string_view name) {
  for (const Flag& f : kFlags) {
    if (f.name == name && (f.commands & command)) return &f;
  }
  return nullptr;
}

std::string nearest_flag(Command command, std::string_view name) {
  std::string best;
  std::size_t best_distance = 4;
  for (const Flag& f : kFlags) {
    const std::size_t d = distance(f.name, name);
    if ((f.commands & command) && d < best_distance) {
      best_distance = d;
      best = f.name;
    }
  }
  return best;
}

std::string_view command_name(Command command) {
  switch (command) {
    case kCheck:
      return "check";
    case kReplay:
      return "replay";
    case kDump:
      return "dump";
    case kExplain:
      return "explain";
    case kMerge:
      return "merge";
    case kShow:
      return "show";
    case kList:
      return "list";
    case kRun:
      return "run";
    case kDiff:
      return "diff";
    case kWhich:
      return "which";
    case kMeasure:
      return "measure";
  }
  return "";
}

std::string help_text() {
  return "lockstep: a model checker for concurrent C and C++ programs\n"
         "\n"
         "  lockstep check [options] [--] PROGRAM [ARG...]   run a program under every interleaving\n"
         "  lockstep show [options] [--] PROGRAM [ARG...]    what its executions come to, or one of them\n"
         "  lockstep replay [options] TRACE                  run one recorded execution again\n"
         "  lockstep merge [options] A.json B.json ...       put the reports of the parts of a search together\n"
         "  lockstep explain [options] TRACE|KIND|PATTERN    say a recorded execution, or a word, in words\n"
         "  lockstep dump [options] PID|CORE                 who waits for whom in a process that runs, or has "
         "crashed\n"
         "\n"
         "The catalogue of patterns, broken and fixed:\n"
         "  lockstep list [options]                          what there is\n"
         "  lockstep show [options] PATTERN[/VARIANT]        question, answer, variants, costs, source\n"
         "  lockstep run [options] PATTERN[/VARIANT]         build it, check it and explain it\n"
         "  lockstep diff [options] PATTERN[/VARIANT]        broken against fixed\n"
         "  lockstep which [options]                         which primitive fits, in a few questions\n"
         "\n"
         "  lockstep measure [options]                       what processes, threads and coroutines cost here\n"
         "  lockstep --version | --help | COMMAND --help\n"
         "\n"
         "PROGRAM is built with -fsanitize=thread: g++ -g -O1 -fsanitize=thread test.cpp -o test && lockstep check "
         "./test\n"
         "\n"
         "Exit status: 0 no bug found, 1 a bug found, 2 wrong usage, 3 not complete under --require-complete,\n"
         "4 replay diverged or the program is not deterministic, 5 an operation that is not supported.\n";
}

std::string help_text(Command command) {
  switch (command) {
    case kCheck:
      return "lockstep check [options] [--] PROGRAM [ARG...]\n\n" + options_text(command);
    case kShow:
      return "lockstep show [options] [--] PROGRAM [ARG...]\n"
             "lockstep show [options] PATTERN[/VARIANT]\n\n"
             "Of a pattern of the catalogue, its card in words with its programs; or one program. Otherwise:\n"
             "A table of the outcomes of a small program: what it prints (or the final values of its global "
             "variables,\n"
             "if it prints nothing), how it ended if it failed, how many executions come to that, and the number of "
             "one\n"
             "of them. Lines of output are joined by ` | `; a failure stands in brackets: `r1=0 [deadlock]`. Every\n"
             "execution is run, also after a bug.\n\n"
             "  lockstep show ./sb --expect 'r1=0 r2=0; r1=0 r2=1; r1=1 r2=0; r1=1 r2=1'\n"
             "  lockstep show --execution 3 ./sb\n\n" +
             options_text(command) +
             "\nExit status: 0, with expectations: 0 they hold, 1 they do not, 3 not every execution was explored.\n";
    case kReplay:
      return "lockstep replay [options] TRACE\n\n" + options_text(command);
    case kMerge:
      return "lockstep merge [options] A.json B.json ...\n\n"
             "The reports of `lockstep check --shard I/N --json` for each I, of one program, as the report of the "
             "whole.\n\n" +
             options_text(command);
    case kDump:
      return "lockstep dump [options] PID|CORE\n"
             "lockstep dump [options] --postgres CONNINFO\n\n"
             "Who waits for whom, with stacks, holders and cycles; the process need not be prepared in any way, is "
             "stopped "
             "for\nmilliseconds and never changed. Exit status: 0 nothing is stuck, 1 a deadlock, 2 wrong usage or no "
             "such "
             "process,\n5 not permitted, and what is missing.\n\n" +
             options_text(command);
    case kExplain:
      return "lockstep explain [options] TRACE|KIND|PATTERN\n\n" + options_text(command);
    case kList:
      return "lockstep list [options]\n\n"
             "The catalogue: patterns by section, their variants, and what a check of each gives.\n\n" +
             options_text(command);
    case kRun:
      return "lockstep run [options] PATTERN[/VARIANT] [-- CHECK-OPTION...]\n"
             "lockstep run [options] --all | --section SECTION\n\n"
             "Builds programs of the catalogue with lockstep-c++ or lockstep-cc (LOCKSTEP_CXX, LOCKSTEP_CC: another "
             "compiler),\n"
             "checks them and explains; exit status as that of lockstep check. Options behind -- are lockstep "
             "check's.\n\n" +
             options_text(command);
    case kDiff:
      return "lockstep diff [options] PATTERN [VARIANT [VARIANT]]\n\n"
             "The first broken variant against each fixed one; or against the named one; or two of them.\n\n" +
             options_text(command);
    case kWhich:
      return "lockstep which [options]\n\n"
             "Which primitive fits: asks on a terminal what the options leave open.\n\n" +
             options_text(command);
    case kMeasure:
      return "lockstep measure [options]\n\n"
             "To make a process, a thread and a coroutine, to switch to one and to keep one: what that costs on this "
             "machine,\nbeside the rules of thumb. Takes a few seconds; other work on the machine makes it look "
             "dear.\n\n" +
             options_text(command);
  }
  return help_text();
}

}  // namespace lockstep::cli
