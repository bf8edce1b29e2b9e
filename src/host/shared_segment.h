// The memory that the checker and the program under test share, as this process sees it.
//
// Thread safety: that of protocol::Segment. Owns the mapping and the descriptor.
#pragma once

#include "check/protocol/segment.h"

namespace lockstep::host {

class SharedSegment {
 public:
  /// A new, zeroed segment with magic and version set.
  SharedSegment();
  /// Maps one that another process has made; throws UserError if it is none.
  explicit SharedSegment(int fd);
  ~SharedSegment();
  SharedSegment(const SharedSegment&) = delete;
  SharedSegment& operator=(const SharedSegment&) = delete;

  int fd() const { return fd_; }
  protocol::Segment& operator*() const { return *segment_; }
  protocol::Segment* operator->() const { return segment_; }

 private:
  void map();

  int fd_ = -1;
  bool owns_fd_ = true;
  protocol::Segment* segment_ = nullptr;
};

}  // namespace lockstep::host
