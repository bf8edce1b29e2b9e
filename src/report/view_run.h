// One recorded run, as the page shows it: view.h says what each part is.
//
// Thread safety: none; use from one thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "explain/finding.h"
#include "trace/execution.h"

namespace lockstep::report {

/// Is told of the places in the program's own source that the page shows.
class PlacesShown {
 public:
  virtual ~PlacesShown() = default;
  /// A place by its short name, and the file to read; `path` is empty where only the name is known.
  virtual void show(const std::string& file, const std::string& path, int line) = 0;
};

nlohmann::ordered_json run_view(const trace::Execution& recorded, const std::vector<explain::Step>& steps,
                                PlacesShown& places);

}  // namespace lockstep::report
