// The catalogue: all cards, and where they are.
//
// Thread safety: plain data and pure functions.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "catalogue/card.h"

namespace lockstep::catalogue {

struct Catalogue {
  std::filesystem::path folder;
  /// By section, and within one in the order in which the section's text names them, the others after those by id.
  std::vector<Card> cards;

  /// Null if there is none.
  const Card* card(std::string_view id) const;
  /// Throws UserError, which names those that are spelled most like it.
  const Card& need(const std::string& id) const;
  /// `PATTERN` or `PATTERN/VARIANT`, without which the variant is null. Throws UserError.
  std::pair<const Card*, const Variant*> need_variant(const std::string& name) const;
};

/// The folder that was asked for, or LOCKSTEP_CATALOGUE, or the one that belongs to this program: beside it in the
/// build tree, below share/ when installed. Throws UserError.
std::filesystem::path catalogue_folder(const std::string& asked_for);

/// Throws UserError on the first card that is wrong.
Catalogue load_catalogue(const std::filesystem::path& folder);

/// The cards of one section; throws UserError if there is no such section.
Catalogue only_section(const Catalogue& catalogue, const std::string& section);

/// `catalogue/sections/<id>.md`: the reference's text of a section.
std::string section_text(const Catalogue& catalogue, std::string_view section);

/// The whole of a file; throws UserError.
std::string read_file(const std::filesystem::path& file);

/// The folder of this program.
std::filesystem::path own_folder();

}  // namespace lockstep::catalogue
