// Something the user has to put right: what, where, and what to do.
#pragma once

#include <stdexcept>
#include <string>

namespace lockstep::host {

// Exit statuses of the command line.
inline constexpr int kExitPass = 0;
inline constexpr int kExitBug = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitIncomplete = 3;
inline constexpr int kExitDiverged = 4;
inline constexpr int kExitUnsupported = 5;

class UserError : public std::runtime_error {
 public:
  explicit UserError(const std::string& message, int status = kExitUsage)
      : std::runtime_error(message), status_(status) {}
  int status() const { return status_; }

 private:
  int status_;
};

}  // namespace lockstep::host
