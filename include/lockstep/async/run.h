// run(task): runs a task, and all that it starts, on the calling thread; gives its value or exception.
//
//     int main() { return lockstep::async::run(program()); }
//
// Makes the loop of the thread, which ends with the call. Nothing is left behind: every task is somebody's child, and a
// parent ends after its children. Errors: std::logic_error if the thread has a loop already; std::system_error if not
// even epoll can be set up; deadlock_error; what the task throws (`cancelled`, too, after a requested stop).
// Thread safety: may be called on any number of threads at once; each has its own loop.
#pragma once

#include <utility>

#include "lockstep/async/internal/loop.h"
#include "lockstep/async/options.h"
#include "lockstep/async/task.h"

namespace lockstep::async {

template <class T>
T run(task<T> program, const run_options& options = {}) {
  internal::check_library();
  internal::loop l(options);
  l.run(program.promise());
  return program.promise().take();
}

}  // namespace lockstep::async
