// What the tests of lockstep::sync share.
#pragma once

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "lockstep/sync/misuse.h"

namespace lockstep::sync {

/// Misuse throws its message instead of ending the program.
class MisuseThrows : public testing::Test {
 protected:
  struct Misused : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  MisuseThrows() {
    set_misuse_handler([](const misuse& m) { throw Misused(m.message); });
  }
  ~MisuseThrows() override { set_misuse_handler(nullptr); }

  /// The message of the misuse that the function commits; empty if it commits none.
  template <class Function>
  static std::string misuse_of(Function&& function) {
    try {
      function();
    } catch (const Misused& m) {
      return m.what();
    }
    return "";
  }
};

}  // namespace lockstep::sync
