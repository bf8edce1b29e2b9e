#include "catalogue/builder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "catalogue/catalogue.h"
#include "catalogue/process.h"
#include "host/user_error.h"

namespace lockstep::catalogue {
namespace {

namespace fs = std::filesystem;
using host::UserError;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

fs::path cache_folder() {
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty())
    return fs::path(cache) / "lockstep" / "catalogue";
  if (const std::string home = variable("HOME"); !home.empty())
    return fs::path(home) / ".cache" / "lockstep" / "catalogue";
  return fs::temp_directory_path() / fmt::format("lockstep-catalogue-{}", getuid());
}

// A program that uses our own library is built again with a new one.
std::string library_age(const fs::path& wrappers, const std::string& source) {
  if (source.find("<lockstep/") == std::string::npos) return {};
  for (const fs::path& folder : {wrappers / "lib", wrappers / ".." / "lib"}) {
    std::error_code missing;
    const auto time = fs::last_write_time(folder / "liblockstep_sync.a", missing);
    if (!missing) return fmt::format("{}", time.time_since_epoch().count());
  }
  return {};
}

void compile(const std::vector<std::string>& words, const fs::path& source) {
  const Ended ended = run_process(words);
  if (ended.status != 0) {
    throw UserError(fmt::format("{}: {} could not build it (exit status {}):\n{}", source.string(),
                                fs::path(words[0]).filename().string(), ended.status, ended.err));
  }
}

}  // namespace

Builder::Builder(fs::path folder)
    : folder_(folder.empty() ? cache_folder() : std::move(folder)), wrappers_(own_folder()) {
  std::error_code error;
  fs::create_directories(folder_, error);
  folder_ = fs::absolute(folder_).lexically_normal();
  if (access(folder_.c_str(), W_OK | X_OK) != 0) {
    throw UserError(
        fmt::format("{}: cannot be written; name another place for the programs: --build-dir DIR", folder_.string()));
  }
  if (!fs::exists(wrappers_ / "lockstep-c++", error)) {
    throw UserError(fmt::format("lockstep-c++ is missing in {}; install lockstep again", wrappers_.string()));
  }
}

fs::path Builder::build(const Card& card, const Variant& v) const {
  const bool c = v.file.extension() == ".c";
  fs::path program = folder_ / fmt::format("{}-{}", card.id, v.name);
  const std::string standard = c ? "-std=gnu11" : "-std=c++20";
  const std::string wrapper = (wrappers_ / (c ? "lockstep-cc" : "lockstep-c++")).string();
  const std::string source = read_file(v.file);
  const std::string key = fmt::format("{} {} {} {} {}\n{}", wrapper, variable(c ? "LOCKSTEP_CC" : "LOCKSTEP_CXX"),
                                      standard, v.file.string(), library_age(wrappers_, source), source);
  const fs::path key_file = program.string() + ".key";
  std::error_code error;
  if (fs::exists(program, error) && fs::exists(key_file, error) && read_file(key_file) == key) return program;

  // Under names of its own until it is whole: another run may be building the same.
  const std::string mine = fmt::format("{}.{}", program.string(), getpid());
  // In two steps, because ccache keeps objects only.
  compile({wrapper, standard, "-pthread", "-c", v.file.string(), "-o", mine + ".o"}, v.file);
  compile({wrapper, standard, "-pthread", mine + ".o", "-o", mine}, v.file);
  fs::remove(mine + ".o", error);
  fs::remove(key_file, error);
  fs::rename(mine, program);
  std::ofstream(key_file, std::ios::binary) << key;
  return program;
}

}  // namespace lockstep::catalogue
