// The line on standard error that tells how far a search is.
//
// Thread safety: none.
#pragma once

#include <chrono>
#include <string>

#include "check/protocol/segment.h"

namespace lockstep::host {

class Progress {
 public:
  /// `shown` false: does nothing at all.
  explicit Progress(bool shown, std::string label = "") : shown_(shown), label_(std::move(label)) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(const protocol::Status& status);
  /// Takes the line away, before other output.
  void clear();

 private:
  bool shown_;
  bool on_screen_ = false;
  std::string label_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace lockstep::host
