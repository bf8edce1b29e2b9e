// child: a program that was started, its pipes, and its end.
//
//     child c = child::start({"sort", "-u"}, {.input = child::stream::pipe, .output = child::stream::pipe});
//     co_await c.input().write(text);
//     c.input().close();
//     …  co_await c.output().read_some(buffer)  …
//     int status = co_await c.wait();                    // exit status; 128 + signal if a signal ended it
//
// A child that is destroyed before wait() gave its status is killed and reaped. Cancel safety: wait() may be called
// again. Which thread resumes you: the loop's. Errors: std::system_error (no_such_file_or_directory, …).
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "lockstep/async/internal/io.h"
#include "lockstep/async/pipe.h"
#include "lockstep/async/task.h"

namespace lockstep::async {

class child {
 public:
  enum class stream { inherit, null, pipe };
  struct options {
    stream input = stream::inherit;
    stream output = stream::inherit;
    stream error = stream::inherit;
  };

  /// The program is looked for in PATH.
  static child start(const std::vector<std::string>& arguments, const options& how);
  static child start(const std::vector<std::string>& arguments) { return start(arguments, options()); }
  child(child&& other) noexcept;
  child& operator=(child&&) = delete;
  ~child();

  pid_t pid() const noexcept { return pid_; }
  pipe_end& input() noexcept { return input_; }
  pipe_end& output() noexcept { return output_; }
  pipe_end& error() noexcept { return error_; }
  void send_signal(int signal);
  task<int> wait();

 private:
  child() = default;
  pid_t pid_ = -1;
  internal::descriptor pidfd_;
  pipe_end input_, output_, error_;
};

}  // namespace lockstep::async
