#include "host/checkpoint.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "host/user_error.h"
#include "trace/vocabulary.h"

namespace lockstep::host {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;

// What must be the same for the state to mean the same.
Json identity(const Target& target, const Settings& s) {
  return {{"program", target.argv},
          {"build_id", target.file.build_id},
          {"mode", trace::mode_name(s.options.mode)},
          {"memory_model", trace::model_name(s.options.model)},
          {"seed", s.options.seed},
          {"depth", s.options.depth},
          {"spurious_wakeups", s.options.spurious_wakeups},
          {"keep_going", s.keep_going},
          {"shard", {s.shard_index + 1, s.shard_count}}};
}

}  // namespace

std::optional<Checkpoint> load_checkpoint(const std::string& path, const Target& target, const Settings& settings) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    if (!std::filesystem::exists(path)) return std::nullopt;
    throw UserError(fmt::format("--checkpoint {}: cannot be read ({})", path, std::strerror(errno)));
  }
  std::string line;
  std::getline(in, line);
  const Json head = Json::parse(line, nullptr, false);
  if (!head.is_object() || head.value("lockstep_checkpoint", 0) != kVersion) {
    throw UserError(
        fmt::format("--checkpoint {}: is not a checkpoint of this version of lockstep; name another file", path));
  }
  const Json now = identity(target, settings);
  for (const auto& [key, value] : now.items()) {
    if (head["of"].value(key, Json()) == value) continue;
    throw UserError(
        fmt::format("--checkpoint {}: is of another search: its {} is {}, not {}; name another file, or "
                    "remove it to begin anew",
                    path, key, head["of"].value(key, Json()).dump(), value.dump()));
  }
  Checkpoint c;
  c.executions = head.value("executions", std::uint64_t{0});
  c.blocked = head.value("blocked", std::uint64_t{0});
  c.seconds = head.value("seconds", 0.0);
  std::ostringstream rest;
  rest << in.rdbuf();
  c.state = std::move(rest).str();
  if (c.state.size() != head.value("bytes", std::size_t{0})) {
    throw UserError(fmt::format("--checkpoint {}: is cut short; remove it to begin anew", path));
  }
  return c;
}

void save_checkpoint(const std::string& path, const Target& target, const Settings& settings, const Checkpoint& c) {
  const Json head = {{"lockstep_checkpoint", kVersion},
                     {"of", identity(target, settings)},
                     {"executions", c.executions},
                     {"blocked", c.blocked},
                     {"seconds", c.seconds},
                     {"bytes", c.state.size()}};
  const std::string beside = path + ".new";
  std::ofstream out(beside, std::ios::binary | std::ios::trunc);
  out << head.dump() << "\n" << c.state;
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(beside, path, error);
  if (!out || error) {
    std::filesystem::remove(beside, error);
    throw UserError(fmt::format("--checkpoint {}: cannot be written ({})", path, std::strerror(errno)));
  }
}

}  // namespace lockstep::host
