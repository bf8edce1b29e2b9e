// A file in memory that a program under test inherits: what goes in or comes out besides the segment.
//
// Thread safety: none.
#pragma once

#include <cstddef>
#include <string>

namespace lockstep::host {

class MemoryFile {
 public:
  /// With these contents (may be null), read from the start; `size`: zeros.
  explicit MemoryFile(const std::string* contents, std::size_t size = 0);
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int fd() const { return fd_; }
  std::string contents() const;

 private:
  int fd_;
};

}  // namespace lockstep::host
