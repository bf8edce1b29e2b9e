// Runs another program to its end and keeps what it says.
//
// Thread safety: any thread may run one.
#pragma once

#include <string>
#include <vector>

namespace lockstep::catalogue {

struct Ended {
  int status = 0;  // of its exit; 128 and its number if a signal ended it
  std::string out, err;
};

/// Throws UserError if the program cannot be started; `words[0]` is looked for on the PATH unless it has a slash.
Ended run_process(const std::vector<std::string>& words);

}  // namespace lockstep::catalogue
