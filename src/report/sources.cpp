#include "report/sources.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <string_view>

namespace lockstep::report {

void Sources::learn(const trace::Execution& execution, names::Namer& namer) {
  std::set<std::uint64_t> addresses;
  for (const trace::Frame& f : execution.frames) addresses.insert(f.pc);
  if (execution.bug) addresses.insert(execution.bug->pc);
  for (const trace::Bug& b : execution.warnings) addresses.insert(b.pc);
  addresses.erase(0);
  for (const std::uint64_t pc : addresses) {
    for (const names::SourceFrame& f : namer.debug_info().at(pc - 1)) {
      if (f.file.empty()) continue;
      places_.try_emplace({f.file, f.line, f.function}, f.full_path);
      files_.try_emplace(f.file, f.full_path);
    }
  }
}

std::string Sources::path(const std::string& file, int line, const std::string& function) const {
  std::string found = file;
  if (const auto place = places_.find({file, line, function}); place != places_.end()) {
    found = place->second;
  } else if (const auto known = files_.find(file); known != files_.end()) {
    found = known->second;
  }
  if (!found.starts_with('/')) found = directory_ + "/" + found;
  return std::filesystem::path(found).lexically_normal().string();
}

std::string Sources::below_directory(const std::string& path) const {
  const std::string start = directory_.ends_with('/') ? directory_ : directory_ + "/";
  return path.size() > start.size() && path.starts_with(start) ? path.substr(start.size()) : std::string();
}

std::string uri_path(const std::string& path) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/+";
  std::string out;
  for (const char c : path) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace lockstep::report
