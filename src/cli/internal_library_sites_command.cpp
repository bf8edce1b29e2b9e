#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <stdexcept>

#include "cli/commands.h"
#include "cli/outputs.h"
#include "host/user_error.h"
#include "names/library_sites.h"

namespace lockstep::cli {

int internal_library_sites_command(const std::vector<std::string>& words) {
  if (words.size() != 2 || words[0] != "--program") {
    throw host::UserError("internal-library-sites: takes --program PATH and nothing else");
  }
  std::vector<std::uint64_t> sites;
  try {
    sites = names::library_sites(words[1]);
  } catch (const std::runtime_error& error) {
    throw host::UserError(fmt::format("{}: {}", words[1], error.what()));
  }
  static_assert(std::endian::native == std::endian::little);
  const std::string out(reinterpret_cast<const char*>(sites.data()), sites.size() * sizeof(std::uint64_t));
  write_fully(STDOUT_FILENO, out, "standard output");
  return 0;
}

}  // namespace lockstep::cli
