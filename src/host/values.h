// Variables of the program whose final values are its outcome: found by name, and shown.
//
// Thread safety: none; reads the program's debug information.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "check/protocol/segment.h"
#include "names/debug_info.h"

namespace lockstep::host {

class Values {
 public:
  /// All numbers of the program with static storage.
  explicit Values(const std::string& program);

  /// Picks these, in this order: `x`, `ns::x` (also as `x` where that is not ambiguous), `p.left`, `a[1]`; `p` is all
  /// of it. They are shown by these names. Throws UserError, with `option` in front, if there is none of that name or
  /// too many.
  void pick(const std::vector<std::string>& names, std::string_view option);
  /// Picks the numbers of the user's code, pointers excepted, as far as there is room.
  void pick_all();

  std::vector<protocol::Variable> variables() const;
  /// Their names and what `bytes` (one after the other) say; `shown`: which of them, empty: all.
  std::string text(const std::string& bytes, const std::vector<bool>& shown = {}) const;
  /// For each picked one: whether it differs between these.
  std::vector<bool> differing(const std::vector<std::string>& all) const;
  bool empty() const { return picked_.empty(); }

 private:
  std::vector<names::Scalar> all_, picked_;
};

/// The names in an outcome that consists of values: `x=1 a[0]=2` has `x` and `a[0]`. Empty if it is none.
std::vector<std::string> names_in(const std::string& outcome);

}  // namespace lockstep::host
