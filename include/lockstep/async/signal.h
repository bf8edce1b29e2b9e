// signal_set: awaits signals of the process.
//
//     signal_set signals({SIGINT, SIGTERM});
//     int which = co_await signals.next();
//
// While a set lives, its signals do nothing else; afterwards they do what they did before. Several sets may have the
// same signal: each gets it. Signals that come faster than next() is called may be counted once. Cancel safety: none is
// lost. Which thread resumes you: the loop's. Errors: std::system_error; std::invalid_argument for more sets of one
// signal than kMostSets.
#pragma once

#include <initializer_list>
#include <vector>

#include "lockstep/async/pipe.h"
#include "lockstep/async/task.h"

namespace lockstep::async {

class signal_set {
 public:
  static constexpr int kMostSets = 8;

  explicit signal_set(std::initializer_list<int> signals);
  ~signal_set();
  signal_set(const signal_set&) = delete;
  signal_set& operator=(const signal_set&) = delete;

  task<int> next();

 private:
  void forget() noexcept;

  std::vector<int> signals_;
  pipe_ends pipe_;
};

}  // namespace lockstep::async
