#include "host/debugger.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "explain/explain.h"
#include "host/search.h"
#include "host/user_error.h"
#include "names/namer.h"
#include "trace/vocabulary.h"

// debugger.S
extern "C" const char lockstep_gdb_begin[];  // NOLINT(readability-identifier-naming): a name of C
extern "C" const char lockstep_gdb_end[];    // NOLINT(readability-identifier-naming): the same

namespace lockstep::host {
namespace {

using Json = nlohmann::ordered_json;
using protocol::kNone;
using protocol::kNoThread;
using protocol::Stop;
using protocol::StopAt;

bool on_path(const char* program) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path ? path : "";
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    if (access(fmt::format("{}/{}", rest.substr(0, end), program).c_str(), X_OK) == 0) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

std::uint16_t thread_named(const std::string& name, const trace::Execution& e, names::Namer& namer) {
  for (std::uint16_t t = 0; t < e.thread_count(); ++t) {
    if (namer.thread(t) == name) return t;
  }
  return kNoThread;
}

// Where a step is reached. Nothing: it is no moment of the execution (where a block came from).
std::optional<Stop> stop_of(const explain::Step& step, bool last, const trace::Execution& e, names::Namer& namer) {
  if (step.event != kNone) return Stop{step.event, kNoThread, StopAt::kEvent};
  const std::uint16_t t = thread_named(step.thread, e, namer);
  if (t != kNoThread && e.threads[t].state == protocol::ThreadState::kBlocked) return Stop{kNone, t, StopAt::kWait};
  if (last) return Stop{kNone, kNoThread, StopAt::kEnd};
  return std::nullopt;
}

Json steps_and_stops(const std::vector<explain::Step>& steps, const trace::Execution& e, names::Namer& namer,
                     std::vector<Stop>& stops) {
  Json out = Json::array();
  for (const explain::Step& s : steps) {
    Json j = {{"n", s.n},       {"thread", s.thread}, {"action", s.action},
              {"why", s.why},   {"file", s.file},     {"function", s.function},
              {"line", s.line}, {"stop", nullptr},    {"waits", false}};
    const auto stop = stop_of(s, &s == &steps.back(), e, namer);
    if (stop && stops.size() < protocol::kMaxStops) {
      j["stop"] = stops.size();
      j["waits"] = stop->at == StopAt::kWait;
      stops.push_back(*stop);
    }
    out.push_back(std::move(j));
  }
  return out;
}

// What gdb reads out of the program's memory at a stop.
Json layout() {
  using protocol::Recording;
  using protocol::Segment;
  using protocol::Thread;
  return {{"threads", offsetof(Segment, recording) + offsetof(Recording, threads)},
          {"thread_count", offsetof(Segment, recording) + offsetof(Recording, thread_count)},
          {"thread_size", sizeof(Thread)},
          {"state", offsetof(Thread, state)},
          {"wait_op", offsetof(Thread, wait_op)},
          {"wait_addr", offsetof(Thread, wait_addr)},
          {"wait_holder", offsetof(Thread, wait_holder)},
          {"saved_sp", offsetof(Thread, saved_sp)}};
}

Json names_of(const trace::Execution& e, names::Namer& namer) {
  Json j;
  j["threads"] = Json::array();
  for (std::uint16_t t = 0; t < e.thread_count(); ++t) j["threads"].push_back(namer.thread(t));
  Json objects = Json::object();
  for (std::uint32_t i = 0; i < e.events.size(); ++i) {
    if (e.events[i].addr != 0) objects[std::to_string(e.events[i].addr)] = namer.object(e.events[i].addr, i);
  }
  for (const trace::Thread& t : e.threads) {
    if (t.wait_addr != 0) objects[std::to_string(t.wait_addr)] = namer.object(t.wait_addr);
  }
  j["objects"] = std::move(objects);
  Json operations = Json::array();
  for (int op = 0; op <= static_cast<int>(protocol::Op::kTimeout); ++op) {
    operations.push_back(trace::op_name(static_cast<protocol::Op>(op)));
  }
  j["operations"] = std::move(operations);
  return j;
}

// A file that gdb inherits and that goes away with it.
int file_of(std::string_view contents) {
  const int fd = memfd_create("lockstep-gdb", 0);
  if (fd < 0 || write(fd, contents.data(), contents.size()) != static_cast<ssize_t>(contents.size())) {
    throw UserError(fmt::format("gdb cannot be given its script ({})", std::strerror(errno)));
  }
  return fd;
}

}  // namespace

void debug(const trace::Execution& recorded, const Target& target) {
  if (!on_path("gdb")) {
    throw UserError("--gdb: there is no gdb on the PATH; install it, on Debian with apt-get install gdb");
  }
  names::Namer namer(recorded);
  const explain::Finding finding =
      recorded.bug ? explain::explain(recorded, *recorded.bug, namer) : explain::walk_through(recorded, namer);
  SharedSegment segment;
  std::vector<Stop> stops;
  Json j = names_of(*finding.execution, namer);
  j["steps"] = steps_and_stops(finding.steps, recorded, namer, stops);
  j["summary"] = finding.summary;
  j["layout"] = layout();
  j["program"] = target.file.path;
  j["arguments"] = std::vector<std::string>(target.argv.begin() + (target.argv.empty() ? 0 : 1), target.argv.end());
  j["wrapper"] = {std::filesystem::read_symlink("/proc/self/exe").string(), "internal-run",
                  std::to_string(segment.fd()), target.runtime, target.argv.empty() ? "" : target.argv[0]};
  prepare_replay(*segment, recorded.options, recorded.decisions);
  segment->config.stop_count = static_cast<std::uint32_t>(stops.size());
  std::copy(stops.begin(), stops.end(), segment->config.stops);
  fcntl(segment.fd(), F_SETFD, 0);

  const int script = file_of({lockstep_gdb_begin, static_cast<std::size_t>(lockstep_gdb_end - lockstep_gdb_begin)});
  const int data = file_of(j.dump(-1, ' ', false, Json::error_handler_t::replace));
  // The script closes both files, so that the program finds the descriptors that it would find in any replay.
  const std::string start =
      fmt::format("python lockstep_fds = ({}, {}); exec(open('/proc/self/fd/{}').read())", script, data, script);
  const char* words[] = {"gdb", "-quiet", "-ex", start.c_str(), nullptr};
  execvp("gdb", const_cast<char* const*>(words));
  throw UserError(fmt::format("--gdb: gdb cannot be started ({})", std::strerror(errno)));
}

}  // namespace lockstep::host
