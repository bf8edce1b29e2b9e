// Builds the catalogue's programs, with the compiler wrappers that users have, and keeps them.
//
// Thread safety: several threads may build different variants.
#pragma once

#include <filesystem>
#include <string>

#include "catalogue/card.h"

namespace lockstep::catalogue {

class Builder {
 public:
  /// `folder` is made if need be; empty: lockstep/catalogue in the user's cache. Throws UserError.
  explicit Builder(std::filesystem::path folder);

  /// The program `<id>-<variant>`, built unless it is there from the same source, compiler and flags. Throws UserError
  /// with the compiler's messages.
  std::filesystem::path build(const Card& card, const Variant& variant) const;
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_, wrappers_;
};

}  // namespace lockstep::catalogue
