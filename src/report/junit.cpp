// The report as JUnit XML, the way Jenkins and GitLab read it: of the <failure>s in a test case they take the first, so
// there is one that tells all; a class is what stands before the last dot of `classname`; GitLab shows `file`.
#include <fmt/format.h>

#include <algorithm>

#include "names/text.h"
#include "report/report.h"
#include "trace/vocabulary.h"

namespace lockstep::report {
namespace {

using explain::Finding;

// XML 1.0 has no way to write most control characters, nor U+FFFE and U+FFFF.
std::string escape(const std::string& text, bool attribute = false) {
  std::string out;
  const std::string valid = valid_utf8(printable(text, true));
  for (std::size_t i = 0; i < valid.size(); ++i) {
    switch (const char c = valid[i]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += attribute ? "&#10;" : "\n";
        break;
      case '\t':
        out += attribute ? "&#9;" : "\t";
        break;
      case '\xef':
        if (valid.compare(i, 3, "\xef\xbf\xbe") == 0 || valid.compare(i, 3, "\xef\xbf\xbf") == 0) {
          out += "\xef\xbf\xbd";
          i += 2;
          break;
        }
        [[fallthrough]];
      default:
        out += c;
    }
  }
  return out;
}

enum class Result { kPass, kFailure, kError, kSkipped };

// Under --require-complete (exit status 3) a search that the budget ended is no pass.
Result result_of(const Report& r, bool incomplete_fails) {
  if (r.verdict == "fail") return Result::kFailure;
  if (!r.unsupported.empty() || (incomplete_fails && !r.complete)) return Result::kError;
  return r.verdict == "inconclusive" ? Result::kSkipped : Result::kPass;
}

// The file to look into first: where the failure is.
std::string file_of(const std::vector<Finding>& findings) {
  if (findings.empty()) return {};
  const auto& steps = findings[0].steps;
  const auto at = std::find_if(steps.rbegin(), steps.rend(), [](const explain::Step& s) {
    return !s.file.empty() && !names::is_library_file(s.file);
  });
  return at == steps.rend() ? std::string() : at->file;
}

std::string failure(const Report& r) {
  const std::vector<Finding>& found = r.bugs.empty() ? r.warnings : r.bugs;  // --warnings-as-errors
  if (found.empty()) return "      <failure type=\"fail\"/>\n";
  std::string summary = found[0].summary;
  if (found.size() > 1) summary += fmt::format(" (and {} more)", found.size() - 1);
  Report all = r;
  all.tests.clear();
  return fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n", trace::kind_name(found[0].kind),
                     escape(summary, true), escape(to_text(all, {})));
}

std::string test_case(const Report& r, Result result, const std::string& program) {
  std::string class_name = names::base_name(program);
  std::replace(class_name.begin(), class_name.end(), '.', '_');
  const std::string file = file_of(r.bugs.empty() && result == Result::kFailure ? r.warnings : r.bugs);
  std::string out = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"{}>\n",
                                escape(class_name, true), escape(r.test.empty() ? "lockstep check" : r.test, true),
                                r.seconds, file.empty() ? "" : fmt::format(" file=\"{}\"", escape(file, true)));
  switch (result) {
    case Result::kPass:
      break;
    case Result::kFailure:
      out += failure(r);
      break;
    case Result::kError: {
      const std::string what = r.unsupported.empty() ? confidence(r) : r.unsupported;
      std::string places;
      for (const std::string& at : r.unsupported_at) places += "at " + at + "\n";
      out += fmt::format("      <error type=\"{}\" message=\"{}\">{}</error>\n",
                         r.unsupported.empty() ? "incomplete" : "unsupported", escape(what, true), escape(places));
      break;
    }
    case Result::kSkipped:
      out += fmt::format("      <skipped message=\"{}\"/>\n", escape(confidence(r), true));
      break;
  }
  std::string output = confidence(r) + "\n";
  for (const Finding& f : r.warnings) {
    output += fmt::format("warning: {}: {}\n", trace::kind_name(f.kind), f.summary);
  }
  for (const Finding& f : r.bugs) {
    if (!f.output.empty()) output += "The program's output in a failing execution:\n" + f.output + "\n";
  }
  return out + fmt::format("      <system-out>{}</system-out>\n    </testcase>\n", escape(output));
}

}  // namespace

std::string to_junit(const Report& r, const Invocation& invocation) {
  const std::string program = r.program.empty() ? "" : r.program[0];
  constexpr int kIncomplete = 3;
  std::vector<const Report*> cases;
  for (const Report& t : r.tests) cases.push_back(&t);
  if (cases.empty()) cases.push_back(&r);
  int failures = 0, errors = 0, skipped = 0;
  std::string body;
  for (const Report* t : cases) {
    const Result result = result_of(*t, invocation.status == kIncomplete);
    failures += result == Result::kFailure;
    errors += result == Result::kError;
    skipped += result == Result::kSkipped;
    body += test_case(*t, result, program);
  }
  const std::string counts =
      fmt::format("name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\"",
                  escape(program, true), cases.size(), failures, errors, skipped, r.seconds);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n  <testsuite {}>\n{}  "
      "</testsuite>\n</testsuites>\n",
      counts, counts, body);
}

}  // namespace lockstep::report
