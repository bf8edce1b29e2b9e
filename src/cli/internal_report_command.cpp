#include <fmt/format.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "host/check.h"
#include "host/shared_segment.h"
#include "host/user_error.h"
#include "trace/vocabulary.h"

namespace lockstep::cli {
namespace {

// A record that a parser without a JSON library can read: `name length`, line end, that many bytes, line end.
std::string field(std::string_view name, std::string_view value) {
  return fmt::format("{} {}\n{}\n", name, value.size(), value);
}

}  // namespace

int internal_report_command(const std::vector<std::string>& words) {
  std::string fd, program, format = "text";
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    if (words[i] == "--segment-fd") {
      fd = words[i + 1];
    } else if (words[i] == "--program") {
      program = words[i + 1];
    } else if (words[i] == "--format") {
      format = words[i + 1];
    } else {
      throw host::UserError(fmt::format("{}: no such option of lockstep internal-report", words[i]));
    }
  }
  if (fd.empty()) throw host::UserError("--segment-fd: is missing");
  if (format != "text" && format != "json" && format != "fields") {
    throw host::UserError(fmt::format("--format {}: no such choice; use one of text|json|fields", format));
  }
  const std::uint64_t number = parse_number("--segment-fd", fd);
  if (number > 1u << 20) throw host::UserError(fmt::format("--segment-fd {}: is no file descriptor", fd));
  const host::SharedSegment segment(static_cast<int>(number));
  const host::Outcome outcome = host::report_of(*segment, program);
  const report::Report& r = outcome.report;
  const report::TextStyle plain;
  std::string out;
  if (format == "text") {
    out = report::to_text(r, plain);
  } else if (format == "json") {
    out = report::to_json(r);
  } else {
    out += field("verdict", r.verdict);
    out += field("complete", r.complete ? "1" : "0");
    out += field("executions", std::to_string(r.executions));
    out += field("blocked", std::to_string(r.blocked));
    out += field("bug.kind", r.bugs.empty() ? "" : trace::kind_name(r.bugs[0].kind));
    out += field("bug.pattern", r.bugs.empty() ? "" : r.bugs[0].pattern);
    out += field("bug.summary", r.bugs.empty() ? "" : r.bugs[0].summary);
    out += field("text", report::to_text(r, plain));
    out += field("json", report::to_json(r));
  }
  write_fully(STDOUT_FILENO, out, "standard output");
  return 0;
}

}  // namespace lockstep::cli
