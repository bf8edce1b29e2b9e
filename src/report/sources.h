// Where the files lie that a finding names: debug information gives short names to show, and whole ones to open.
//
// Thread safety: none.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "explain/finding.h"
#include "names/namer.h"

namespace lockstep::report {

class Sources {
 public:
  /// Names that are relative to something unknown are taken as relative to `directory`.
  explicit Sources(std::string directory) : directory_(std::move(directory)) {}

  /// Learns the files of everything that the execution's stacks name.
  void learn(const trace::Execution& execution, names::Namer& namer);

  /// The absolute path of a place as a finding names it.
  std::string path(const std::string& file, int line, const std::string& function) const;

  /// The path below the directory; empty if it does not lie there.
  std::string below_directory(const std::string& path) const;

 private:
  std::string directory_;
  std::map<std::tuple<std::string, int, std::string>, std::string> places_;
  std::map<std::string, std::string> files_;
};

/// A path as the path of a URI: whatever has a meaning there is percent-encoded.
std::string uri_path(const std::string& path);

}  // namespace lockstep::report
