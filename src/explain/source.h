// The source of the program under test, and changes to it as a diff.
//
// Thread safety: none; use from one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "names/debug_info.h"

namespace lockstep::explain {

class Source {
 public:
  /// Files that are newer than the program are not what it was made from: they count as missing.
  explicit Source(const std::string& program);

  /// The lines of a file without their ends, the first at [0]; empty if it cannot be read.
  const std::vector<std::string>& file(const std::string& path);

  /// Line `number`, from 1; empty if there is none.
  const std::string& line(const std::string& path, int number);

  /// The last line of the function whose first one is `first`, by its braces; `first` itself if that cannot be told.
  int end_of_function(const std::string& path, int first);

 private:
  std::string program_;
  std::map<std::string, std::vector<std::string>> files_;
};

/// Changes of lines of one file.
class Edits {
 public:
  /// `path` is how the file is read, `name` how the diff calls it.
  Edits(Source& source, std::string path, std::string name)
      : source_(source), path_(std::move(path)), name_(std::move(name)) {}

  /// Replaces line `number` (from 1) by other lines; by none: it goes. The last word counts.
  void replace(int number, std::vector<std::string> lines) { changes_[number] = std::move(lines); }
  /// Adds `#include <header>` if the file has none, and not through another standard header either.
  void include(const std::string& header);
  bool empty() const { return changes_.empty(); }

  /// The line as it stands with the changes so far.
  std::string now(int number);

  /// In unified form, with file names, for `patch -p0` where the file was compiled.
  std::string diff();

 private:
  Source& source_;
  std::string path_, name_;
  std::map<int, std::vector<std::string>> changes_;
};

}  // namespace lockstep::explain
