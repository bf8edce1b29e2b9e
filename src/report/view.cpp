#include "report/view.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "explain/source.h"
#include "report/view_run.h"
#include "trace/vocabulary.h"

namespace lockstep::report {
namespace {

using Json = nlohmann::ordered_json;

// Lines of source before and after one that is shown.
constexpr int kContext = 6;

// The lines of source that the page needs.
class SourceLines : public PlacesShown {
 public:
  void show(const std::string& file, const std::string& path, int line) override {
    if (file.empty() || line <= 0) return;
    File& f = files_[file];
    f.lines.insert(line);
    if (f.path.empty()) f.path = path;
  }
  Json take(const std::string& program) const;

 private:
  struct File {
    std::string path;
    std::set<int> lines;
  };
  std::map<std::string, File> files_;
};

Json SourceLines::take(const std::string& program) const {
  explain::Source source(program);
  Json out = Json::object();
  for (const auto& [name, file] : files_) {
    const int count = file.path.empty() ? 0 : static_cast<int>(source.file(file.path).size());
    Json shown = Json::array();
    std::set<int> numbers;
    for (const int line : file.lines) {
      for (int n = std::max(1, line - kContext); n <= std::min(count, line + kContext); ++n) numbers.insert(n);
    }
    for (const int n : numbers) shown.push_back({n, source.line(file.path, n)});
    out[name]["lines"] = std::move(shown);
    out[name]["note"] = count > 0 ? "" : "This file is not there any more, or is newer than the program.";
  }
  return out;
}

Json bug(const explain::Finding& f, SourceLines& sources) {
  Json j = Json::parse(to_json(f));
  j["warning"] = f.warning;
  j["runs"] = Json::array();
  if (!f.execution) return j;
  j["runs"].push_back(run_view(*f.execution, f.steps, sources));
  if (f.execution->passing && f.counterfactual && f.counterfactual->passes) {
    j["runs"].push_back(run_view(*f.execution->passing, f.counterfactual->steps, sources));
  }
  return j;
}

Json whole(const Report& report) {
  Json j;
  j["version"] = 2;
  j["program"] = report.program;
  j["verdict"] = report.verdict;
  j["complete"] = report.complete;
  j["confidence"] = confidence(report);
  j["mode"] = trace::mode_name(report.mode);
  j["model"] = trace::model_name(report.model);
  j["executions"] = report.executions;
  j["seconds"] = report.seconds;
  j["unsupported"] = report.unsupported;
  j["unsupported_at"] = report.unsupported_at;
  j["tests"] = Json::array();
  j["bugs"] = Json::array();
  SourceLines sources;
  std::string program;
  const auto add = [&](const Report& r) {
    for (const auto* list : {&r.bugs, &r.warnings}) {
      for (const explain::Finding& f : *list) {
        j["bugs"].push_back(bug(f, sources));
        if (f.execution) program = f.execution->program.path;
      }
    }
  };
  add(report);
  for (const Report& test : report.tests) {
    add(test);
    j["tests"].push_back({{"test", test.test}, {"verdict", test.verdict}, {"confidence", confidence(test)}});
  }
  j["sources"] = sources.take(program);
  return j;
}

}  // namespace

std::string view_of(const Report& report) { return whole(report).dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace lockstep::report
