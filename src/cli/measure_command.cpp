// lockstep measure: what processes, threads and coroutines cost here, beside what is said of them.
#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "host/user_error.h"
#include "measure/measure.h"

namespace lockstep::cli {
namespace {

using Json = nlohmann::ordered_json;
using measure::Claim;
using measure::Cost;
using measure::Costs;

std::string time_text(double ns) {
  if (ns < 1e3) return fmt::format("{:.1f} ns", ns);
  if (ns < 1e6) return fmt::format("{:.1f} us", ns / 1e3);
  return fmt::format("{:.1f} ms", ns / 1e6);
}
std::string size_text(double bytes) {
  if (bytes < 1024) return fmt::format("{:.0f} B", bytes);
  if (bytes < 1024 * 1024) return fmt::format("{:.1f} kB", bytes / 1024);
  return fmt::format("{:.1f} MB", bytes / (1024 * 1024));
}
const char* against(double value, const Claim& claim) {
  return value < claim.least ? "less" : value > claim.most ? "more" : "as said";
}

struct Row {
  const char* name;
  const char* key;
  double Cost::*value;
  Claim Cost::*claim;
  std::string (*text)(double);
};
constexpr Row kRows[] = {
    {"to make one, to its end", "creation_ns", &Cost::creation_ns, &Cost::creation, time_text},
    {"to switch to another", "switch_ns", &Cost::switch_ns, &Cost::switching, time_text},
    {"memory of one that waits", "memory_bytes", &Cost::memory_bytes, &Cost::memory, size_text},
};

std::string to_text(const Costs& all) {
  const Cost* const columns[] = {&all.process, &all.thread, &all.coroutine};
  std::string out = fmt::format("{:<26}{:<18}{:<18}{}\n", "", "process", "thread", "coroutine");
  for (const Row& row : kRows) {
    std::string line = fmt::format("{:<26}", row.name);
    std::string said = fmt::format("{:<26}", "  rule of thumb");
    for (const Cost* c : columns) {
      line += fmt::format("{:<18}", row.text(c->*row.value));
      const Claim& claim = c->*row.claim;
      const std::string_view verdict = against(c->*row.value, claim);
      said += fmt::format("{:<18}",
                          fmt::format("{}{}", claim.text, verdict == "as said" ? "" : fmt::format(" ({})", verdict)));
    }
    for (std::string* l : {&line, &said}) {
      l->erase(l->find_last_not_of(' ') + 1);
      out += *l + "\n";
    }
  }
  out += fmt::format("{:<26}{:<18}{}\n", "  reserved for its stack", "", size_text(all.thread.reserved_bytes));
  return out +
         "\nMedians. Processes run `true` and `cat`; a process or thread gives way by a byte in a pipe, on one\n"
         "processor; a coroutine's frame is the smallest there is. (less), (more): than the rule says.\n";
}

Json to_json(const Cost& c) {
  Json one;
  for (const Row& row : kRows) {
    const Claim& claim = c.*row.claim;
    one[row.key] = c.*row.value;
    one[std::string(row.key) + "_said"] = Json{
        {"text", claim.text}, {"least", claim.least}, {"most", claim.most}, {"measured", against(c.*row.value, claim)}};
  }
  if (c.reserved_bytes > 0) one["reserved_bytes"] = c.reserved_bytes;
  return one;
}

}  // namespace

int measure_command(const std::vector<std::string>& words) {
  const Arguments arguments(kMeasure, words);
  if (arguments.help()) {
    fmt::print("{}", help_text(kMeasure));
    return 0;
  }
  if (!arguments.rest().empty()) {
    throw host::UserError(fmt::format("{}: measure takes options only", arguments.rest()[0]));
  }
  std::optional<OutputFile> json;
  if (arguments.has("--json")) json.emplace("--json", arguments.text("--json"));
  const Costs all = measure::measure();
  if (!(json && json->is_stdout()) && !arguments.has("--quiet")) {
    write_fully(STDOUT_FILENO, to_text(all), "standard output");
  }
  if (json) {
    json->write(Json{{"schema", 1},
                     {"process", to_json(all.process)},
                     {"thread", to_json(all.thread)},
                     {"coroutine", to_json(all.coroutine)}}
                    .dump(2) +
                "\n");
  }
  return 0;
}

}  // namespace lockstep::cli
