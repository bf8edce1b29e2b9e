#include "trace/trace_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <concepts>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <type_traits>

namespace lockstep::trace {
namespace {

using Json = nlohmann::json;

constexpr int kMaxNesting = 9;
constexpr std::uintmax_t kMaxFileBytes = 1u << 30;

std::uint64_t checksum(std::string_view text) {  // FNV-1a
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return h;
}

bool is_utf8(std::string_view s) {
  for (std::size_t i = 0; i < s.size();) {
    const auto c = static_cast<unsigned char>(s[i]);
    const int extra = c < 0x80                ? 0
                      : c >= 0xc2 && c < 0xe0 ? 1
                      : c >= 0xe0 && c < 0xf0 ? 2
                      : c >= 0xf0 && c < 0xf5 ? 3
                                              : -1;
    if (extra < 0 || i + static_cast<std::size_t>(extra) >= s.size()) return false;
    for (int k = 1; k <= extra; ++k) {
      if ((static_cast<unsigned char>(s[i + static_cast<std::size_t>(k)]) & 0xc0) != 0x80) return false;
    }
    // Overlong forms, surrogates and values past the last code point.
    const unsigned char next = extra > 0 ? static_cast<unsigned char>(s[i + 1]) : 0;
    if ((c == 0xe0 && next < 0xa0) || (c == 0xed && next > 0x9f) || (c == 0xf0 && next < 0x90) ||
        (c == 0xf4 && next > 0x8f)) {
      return false;
    }
    i += static_cast<std::size_t>(extra) + 1;
  }
  return true;
}

// JSON strings are UTF-8; what a program prints need not be. Such bytes are kept exactly, as {"hex": "…"}.
Json bytes_to_json(const std::string& s) {
  if (is_utf8(s)) return s;
  std::string hex;
  for (const char c : s) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return Json{{"hex", hex}};
}

std::string bytes_from_json(const Json& j) {
  if (j.is_string()) return j.get<std::string>();
  const std::string hex = j.at("hex").get<std::string>();
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    const auto digit = [](char c) {
      if (c >= '0' && c <= '9') return c - '0';
      if (c >= 'a' && c <= 'f') return c - 'a' + 10;
      throw TraceError("is corrupt: a byte string is not hexadecimal");
    };
    out += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  }
  return out;
}

// Records are arrays of their fields in the order of `fields` below, which serves both directions.
class Writer {
 public:
  template <class T>
  void operator()(const T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      array_.push_back(bytes_to_json(value));
    } else if constexpr (std::is_enum_v<T>) {
      array_.push_back(static_cast<std::uint64_t>(value));
    } else {
      array_.push_back(value);
    }
  }
  Json take() { return std::move(array_); }

 private:
  Json array_ = Json::array();
};

class Reader {
 public:
  explicit Reader(const Json& array) : array_(array) {
    if (!array.is_array()) throw TraceError("is corrupt: a record is not an array");
  }

  template <class T>
  void operator()(T& value) {
    if (next_ >= array_.size()) throw TraceError("is corrupt: a record is too short");
    const Json& j = array_[next_++];
    if constexpr (std::is_same_v<T, std::string>) {
      value = bytes_from_json(j);
    } else if constexpr (std::is_same_v<T, bool>) {
      value = j.get<bool>();
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(number<std::underlying_type_t<T>>(j));
    } else {
      value = number<T>(j);
    }
  }

 private:
  template <class T>
  static T number(const Json& j) {
    if (!j.is_number_integer()) throw TraceError("is corrupt: a number is expected");
    if constexpr (std::is_signed_v<T>) {
      if (j.is_number_unsigned() &&
          j.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<T>::max())) {
        throw TraceError("is corrupt: a number is out of range");
      }
      const auto v = j.get<std::int64_t>();
      if (v < std::numeric_limits<T>::min() || v > std::numeric_limits<T>::max()) {
        throw TraceError("is corrupt: a number is out of range");
      }
      return static_cast<T>(v);
    } else {
      if (!j.is_number_unsigned() || j.get<std::uint64_t>() > std::numeric_limits<T>::max()) {
        throw TraceError("is corrupt: a number is out of range");
      }
      return static_cast<T>(j.get<std::uint64_t>());
    }
  }

  const Json& array_;
  std::size_t next_ = 0;
};

template <class V, class T>
concept RecordOf = std::same_as<std::remove_const_t<V>, T>;

template <RecordOf<Frame> R>
void fields(auto& f, R& r) {
  f(r.pc), f(r.cfa);
}
template <RecordOf<Decision> R>
void fields(auto& f, R& r) {
  f(r.n), f(r.pick), f(r.kind), f(r.thread);
}
template <RecordOf<Event> R>
void fields(auto& f, R& r) {
  f(r.op), f(r.thread), f(r.other), f(r.addr), f(r.size), f(r.value), f(r.old), f(r.aux), f(r.result), f(r.flags);
  f(r.order), f(r.rmw), f(r.lock_type), f(r.reads_from), f(r.stack.first), f(r.stack.count);
}
template <RecordOf<Thread> R>
void fields(auto& f, R& r) {
  f(r.name), f(r.entry), f(r.entry_arg), f(r.entry_callable), f(r.stack_low), f(r.stack_high), f(r.wait_addr);
  f(r.wait_mutex), f(r.stack.first), f(r.stack.count), f(r.create_event), f(r.created_by), f(r.wait_holder);
  f(r.state), f(r.wait_op), f(r.joined), f(r.detached);
}
template <RecordOf<HeapBlock> R>
void fields(auto& f, R& r) {
  f(r.addr), f(r.size), f(r.alloc_stack.first), f(r.alloc_stack.count), f(r.free_stack.first), f(r.free_stack.count);
  f(r.alloc_event), f(r.free_event), f(r.alloc_thread), f(r.free_thread), f(r.freed), f(r.leaked);
  for (auto& owner : r.owners) f(owner);
}
template <RecordOf<Held> R>
void fields(auto& f, R& r) {
  f(r.addr), f(r.event), f(r.thread);
}
template <RecordOf<GivenName> R>
void fields(auto& f, R& r) {
  f(r.addr), f(r.name);
}
template <RecordOf<Module> R>
void fields(auto& f, R& r) {
  f(r.base), f(r.low), f(r.high), f(r.path);
}
template <RecordOf<Bug> R>
void fields(auto& f, R& r) {
  f(r.kind), f(r.warning), f(r.library), f(r.library_fenced), f(r.thread), f(r.other), f(r.access_size), f(r.code),
      f(r.event), f(r.other_event);
  f(r.addr), f(r.pc), f(r.signature), f(r.found_after), f(r.execution_seed), f(r.preemptions), f(r.message);
  f(r.cycle_event);
}
template <RecordOf<Options> R>
void fields(auto& f, R& r) {
  f(r.mode), f(r.model), f(r.isolation), f(r.spurious_wakeups), f(r.ignore_exit_status), f(r.detect_leaks);
  f(r.library_fenced), f(r.seed), f(r.depth);
}

template <class T>
Json write(const T& record) {
  Writer w;
  fields(w, record);
  return w.take();
}
template <class T>
Json write(const std::vector<T>& records) {
  Json out = Json::array();
  for (const T& r : records) out.push_back(write(r));
  return out;
}

template <class T>
T read_record(const Json& j) {
  T record{};
  Reader r(j);
  fields(r, record);
  return record;
}
template <class T>
void read_records(const Json& j, std::vector<T>& out) {
  if (!j.is_array()) throw TraceError("is corrupt: a list is expected");
  for (const Json& item : j) out.push_back(read_record<T>(item));
}

std::string dump(const Json& content) { return content.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json parse(std::string_view text) {
  return Json::parse(text, [](int depth, Json::parse_event_t, Json&) {
    if (depth > kMaxNesting) throw TraceError("is not a lockstep trace");
    return true;
  });
}

std::string wrapped(const std::string& content) {
  return fmt::format("{{\"lockstep_trace\":{},\"checksum\":\"{:016x}\",\"content\":{}}}\n", kTraceVersion,
                     checksum(content), content);
}

Execution from_content(const Json& c, bool nested = false) {
  Execution e;
  const Json& program = c.at("program");
  e.program.path = bytes_from_json(program.at("path"));
  for (const Json& a : program.at("argv")) e.program.argv.push_back(bytes_from_json(a));
  e.program.build_id = program.at("build_id").get<std::string>();
  e.options = read_record<Options>(c.at("options"));
  read_records(c.at("modules"), e.modules);
  read_records(c.at("events"), e.events);
  read_records(c.at("frames"), e.frames);
  read_records(c.at("threads"), e.threads);
  read_records(c.at("blocks"), e.blocks);
  read_records(c.at("held"), e.held);
  read_records(c.at("names"), e.names);
  read_records(c.at("decisions"), e.decisions);
  read_records(c.at("warnings"), e.warnings);
  if (!c.at("bug").is_null()) e.bug = read_record<Bug>(c.at("bug"));
  e.output = bytes_from_json(c.at("output"));
  e.truncated = c.at("truncated").get<bool>();
  if (e.program.argv.empty()) throw TraceError("is corrupt: it names no program");
  if (e.decisions.size() > protocol::kMaxDecisions) throw TraceError("is corrupt: it has too many decisions");
  sanitize(e);
  if (const auto tried = c.find("neighbours"); tried != c.end()) {
    Reader r(*tried);
    r(e.neighbours);
    r(e.all_neighbours);
  }
  if (const auto passing = c.find("passing"); passing != c.end() && !passing->is_null()) {
    if (nested) throw TraceError("is corrupt: its passing run has another one");
    e.passing = std::make_shared<const Execution>(from_content(*passing, true));
  }
  return e;
}

Json to_content(const Execution& e) {
  Json c;
  Json argv = Json::array();
  for (const std::string& a : e.program.argv) argv.push_back(bytes_to_json(a));
  c["program"] = {{"path", bytes_to_json(e.program.path)}, {"argv", argv}, {"build_id", e.program.build_id}};
  c["options"] = write(e.options);
  c["modules"] = write(e.modules);
  c["events"] = write(e.events);
  c["frames"] = write(e.frames);
  c["threads"] = write(e.threads);
  c["blocks"] = write(e.blocks);
  c["held"] = write(e.held);
  c["names"] = write(e.names);
  c["decisions"] = write(e.decisions);
  c["warnings"] = write(e.warnings);
  c["bug"] = e.bug ? write(*e.bug) : Json();
  c["output"] = bytes_to_json(e.output);
  c["truncated"] = e.truncated;
  c["neighbours"] = {e.neighbours, e.all_neighbours};
  c["passing"] = e.passing ? to_content(*e.passing) : Json();
  return c;
}

}  // namespace

std::string to_text(const Execution& e) { return wrapped(dump(to_content(e))); }

Execution from_text(std::string_view text) {
  try {
    const Json file = parse(text);
    if (!file.is_object() || !file.contains("lockstep_trace")) throw TraceError("is not a lockstep trace");
    if (file["lockstep_trace"] != kTraceVersion) {
      throw TraceError(fmt::format("is a trace of format {}; this lockstep reads format {}",
                                   file["lockstep_trace"].dump(-1, ' ', false, Json::error_handler_t::replace),
                                   kTraceVersion));
    }
    const Json& content = file.at("content");
    if (file.at("checksum") != fmt::format("{:016x}", checksum(dump(content)))) {
      throw TraceError("is corrupt: its checksum does not fit its content");
    }
    return from_content(content);
  } catch (const Json::parse_error&) {
    // Cut short or damaged, or never one of ours: the header tells.
    if (text.substr(0, 64).find("\"lockstep_trace\"") != std::string_view::npos) {
      throw TraceError("is corrupt: it is not complete JSON");
    }
    throw TraceError("is not a lockstep trace");
  } catch (const Json::exception&) {
    throw TraceError("is corrupt: a field is missing or of the wrong type");
  }
}

std::string with_checksum(std::string_view text) {
  try {
    return wrapped(dump(parse(text).at("content")));
  } catch (const Json::exception&) {
    throw TraceError("is not a lockstep trace");
  }
}

Execution load_trace(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) throw TraceError("does not exist or cannot be read");
  if (!S_ISREG(info.st_mode)) throw TraceError("is not a file");
  if (static_cast<std::uintmax_t>(info.st_size) > kMaxFileBytes)
    throw TraceError("is too large to be a lockstep trace");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw TraceError("cannot be read");
  std::ostringstream text;
  text << in.rdbuf();
  return from_text(text.view());
}

}  // namespace lockstep::trace
