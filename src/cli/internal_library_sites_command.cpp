#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <stdexcept>

#include "cli/commands.h"
#include "cli/outputs.h"
#include "host/user_error.h"
#include "names/library_sites.h"

namespace lockstep::cli {

namespace {

// Both kinds of answers are numbers of 64 bits without anything between.
template <class T>
std::string words_of(const std::vector<T>& items) {
  static_assert(std::endian::native == std::endian::little);
  static_assert(sizeof(T) % sizeof(std::uint64_t) == 0);
  return std::string(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T));
}

}  // namespace

int internal_library_sites_command(const std::vector<std::string>& words) {
  const bool atomic_shared_ptr = words.size() == 3 && words[2] == "--atomic-shared-ptr";
  const bool lock_algorithm = words.size() == 3 && words[2] == "--lock-algorithm";
  if ((words.size() != 2 && !atomic_shared_ptr && !lock_algorithm) || words[0] != "--program") {
    throw host::UserError(
        "internal-library-sites: takes --program PATH [--atomic-shared-ptr|--lock-algorithm] and nothing else");
  }
  std::string out;
  try {
    out = atomic_shared_ptr ? words_of(names::atomic_shared_ptr_code(words[1]))
          : lock_algorithm  ? words_of(names::lock_algorithm_code(words[1]))
                            : words_of(names::library_sites(words[1]));
  } catch (const std::runtime_error& error) {
    throw host::UserError(fmt::format("{}: {}", words[1], error.what()));
  }
  write_fully(STDOUT_FILENO, out, "standard output");
  return 0;
}

}  // namespace lockstep::cli
