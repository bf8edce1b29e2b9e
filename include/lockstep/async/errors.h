// What waiting operations of lockstep::async throw besides std::system_error.
#pragma once

#include <stdexcept>

namespace lockstep::async {

/// Thrown by an operation whose context was cancelled: by a scope, when_any, with_timeout, or the stop token given to
/// run(). It is no std::exception, so that `catch (const std::exception&)` lets it pass: whoever catches it must throw
/// it on, or be done soon, because every later wait of the same context throws it again.
struct cancelled {};

/// Thrown by with_timeout, after what took too long has been cancelled and has ended.
class timeout_error : public std::runtime_error {
 public:
  timeout_error() : std::runtime_error("lockstep::async: timed out") {}
};

/// Thrown by run() after every task waited for another: the report went to standard error, and all were cancelled.
class deadlock_error : public std::runtime_error {
 public:
  deadlock_error() : std::runtime_error("lockstep::async: every task waits for another; nothing can wake them") {}
};

}  // namespace lockstep::async
