#include "host/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "host/user_error.h"

namespace lockstep::host {
namespace {

using names::Encoding;
using names::Scalar;

// Where `wanted` stands in the name of a number that it goes for: all of it, or of its end behind a namespace, as
// `counter` for `app::counter`; `p` also goes for `p.left` and `p[0]`. npos: nowhere.
std::size_t match(const std::string& name, const std::string& wanted) {
  for (std::size_t at = 0;; at += 2) {
    const std::size_t end = at + wanted.size();
    if (name.compare(at, wanted.size(), wanted) == 0 && (end == name.size() || name[end] == '.' || name[end] == '[')) {
      return at;
    }
    at = name.find("::", at);
    if (at == std::string::npos) return at;
  }
}

// The variable without members and elements.
std::string_view variable_of(std::string_view name) { return name.substr(0, name.find_first_of(".[")); }

std::string number(const Scalar& s, const char* bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes, s.size);
  switch (s.encoding) {
    case Encoding::kUnsigned:
      return std::to_string(value);
    case Encoding::kPointer:
      return value == 0 ? "null" : fmt::format("0x{:x}", value);
    case Encoding::kSigned: {
      const unsigned shift = 64 - 8 * s.size;
      return std::to_string(static_cast<std::int64_t>(value << shift) >> shift);
    }
    case Encoding::kFloat: {
      float small = 0;
      double large = 0;
      if (s.size == sizeof small) {
        std::memcpy(&small, bytes, sizeof small);
        return fmt::format("{}", small);
      }
      std::memcpy(&large, bytes, sizeof large);
      return fmt::format("{}", large);
    }
  }
  return {};
}

}  // namespace

Values::Values(const std::string& program) {
  // Without load bias: the runtime knows where the program lies.
  all_ = names::DebugInfo({trace::Module{}}, program).scalars();
}

void Values::pick(const std::vector<std::string>& wanted, std::string_view option) {
  picked_.clear();
  for (const std::string& name : wanted) {
    std::vector<Scalar> found;
    for (const Scalar& s : all_) {
      if (found.size() <= protocol::kMaxVariables && match(s.name, name) == 0) found.push_back(s);
    }
    const bool in_full = !found.empty();  // then it is that one, whatever else it could mean
    for (const Scalar& s : all_) {
      const bool goes = !in_full && match(s.name, name) != std::string::npos;
      if (found.size() <= protocol::kMaxVariables && goes) found.push_back(s);
    }
    if (found.empty()) {
      std::string others;
      for (const Scalar& s : all_) {
        if (s.user && others.size() < 80) others += (others.empty() ? "" : ", ") + s.name;
      }
      throw UserError(fmt::format(
          "{} {}: the program has no number of that name with static storage; {}", option, name,
          others.empty() ? std::string("build it with -g, and name a global variable") : "it has " + others));
    }
    for (const Scalar& s : found) {
      if (variable_of(s.name) != variable_of(found[0].name)) {
        throw UserError(fmt::format("{} {}: is {} and {}; write which", option, name, found[0].name, s.name));
      }
    }
    for (Scalar& s : found) {
      s.name.erase(0, match(s.name, name));  // as the user calls it
      picked_.push_back(std::move(s));
    }
  }
  if (picked_.size() > protocol::kMaxVariables) {
    throw UserError(fmt::format("{}: more than {} numbers; name fewer", option, protocol::kMaxVariables));
  }
}

void Values::pick_all() {
  picked_.clear();
  for (const Scalar& s : all_) {
    if (s.user && s.encoding != Encoding::kPointer && picked_.size() < protocol::kMaxVariables) picked_.push_back(s);
  }
  std::sort(picked_.begin(), picked_.end(), [](const Scalar& a, const Scalar& b) { return a.name < b.name; });
}

std::vector<protocol::Variable> Values::variables() const {
  std::vector<protocol::Variable> out;
  for (const Scalar& s : picked_) out.push_back({s.addr, s.size});
  return out;
}

std::string Values::text(const std::string& bytes, const std::vector<bool>& shown) const {
  std::string out;
  std::size_t at = 0;
  for (std::size_t i = 0; i < picked_.size() && at + picked_[i].size <= bytes.size(); at += picked_[i++].size) {
    if (!shown.empty() && !shown[i]) continue;
    out += fmt::format("{}{}={}", out.empty() ? "" : " ", picked_[i].name, number(picked_[i], bytes.data() + at));
  }
  return out;
}

std::vector<bool> Values::differing(const std::vector<std::string>& all) const {
  std::vector<bool> out(picked_.size());
  std::size_t at = 0;
  for (std::size_t i = 0; i < picked_.size(); at += picked_[i++].size) {
    for (const std::string& bytes : all) {
      if (bytes.compare(at, picked_[i].size, all[0], at, picked_[i].size) != 0) out[i] = true;
    }
  }
  return out;
}

std::vector<std::string> names_in(const std::string& outcome) {
  std::vector<std::string> out;
  const std::string values = outcome.substr(0, outcome.find(" ["));
  for (std::size_t at = 0; at < values.size();) {
    const std::size_t end = std::min(values.find(' ', at), values.size());
    const std::size_t equals = values.find('=', at);
    if (equals == std::string::npos || equals >= end || equals == at) return {};
    out.push_back(values.substr(at, equals - at));
    at = end + 1;
  }
  return out;
}

}  // namespace lockstep::host
