#include <fmt/format.h>

#include "report/report.h"
#include "trace/vocabulary.h"

namespace lockstep::report {
namespace {

std::string escape(const std::string& text) {
  std::string out;
  for (const char c : printable(text, true)) {
    switch (c) {
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
      default:
        out += c;
    }
  }
  return out;
}

std::string test_case(const Report& r, const std::string& suite) {
  std::string out = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">\n", escape(suite),
                                escape(r.test.empty() ? "lockstep check" : r.test), r.seconds);
  for (const auto& f : r.bugs) {
    Report one = r;
    one.bugs = {f};
    one.warnings.clear();
    one.tests.clear();
    out += fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n", trace::kind_name(f.kind),
                       escape(f.summary), escape(to_text(one, {})));
  }
  if (r.bugs.empty() && r.verdict == "fail") {
    for (const auto& f : r.warnings) {  // --warnings-as-errors
      out += fmt::format("      <failure type=\"{}\" message=\"{}\"/>\n", trace::kind_name(f.kind), escape(f.summary));
    }
  }
  if (!r.unsupported.empty()) out += fmt::format("      <error message=\"{}\"/>\n", escape(r.unsupported));
  if (r.verdict == "inconclusive" && r.unsupported.empty()) {
    out += fmt::format("      <skipped message=\"{}\"/>\n", escape(confidence(r)));
  }
  out += fmt::format("      <system-out>{}</system-out>\n    </testcase>\n", escape(confidence(r)));
  return out;
}

}  // namespace

std::string to_junit(const Report& r) {
  const std::string suite = r.program.empty() ? "" : r.program[0];
  std::vector<const Report*> cases;
  for (const Report& t : r.tests) cases.push_back(&t);
  if (cases.empty()) cases.push_back(&r);
  int failures = 0, errors = 0, skipped = 0;
  std::string body;
  for (const Report* t : cases) {
    failures += t->verdict == "fail";
    errors += !t->unsupported.empty();
    skipped += t->verdict == "inconclusive" && t->unsupported.empty();
    body += test_case(*t, suite);
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" "
      "errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\">\n{}  </testsuite>\n</testsuites>\n",
      escape(suite), cases.size(), failures, errors, skipped, r.seconds, body);
}

}  // namespace lockstep::report
