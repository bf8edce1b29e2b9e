#include "lockstep/async/http_message.h"

#include <strings.h>

#include <algorithm>
#include <array>

namespace lockstep::async::http {

namespace {

bool same(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool is_token(std::string_view text) noexcept {
  static constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

void check(std::string_view name, std::string_view value) {
  if (!is_token(name)) {
    throw std::invalid_argument("lockstep::async::http: '" + std::string(name) + "' is no name of a header field");
  }
  constexpr std::string_view kForbidden{"\r\n\0", 3};
  if (value.find_first_of(kForbidden) != std::string_view::npos) {
    throw std::invalid_argument("lockstep::async::http: the value of the header field " + std::string(name) +
                                " has a line end or a zero byte in it");
  }
}

struct status_name {
  int status;
  std::string_view reason;
};
constexpr auto kReasons = std::to_array<status_name>({
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
});

}  // namespace

void headers::add(std::string_view name, std::string_view value) {
  check(name, value);
  fields_.emplace_back(name, value);
}

void headers::set(std::string_view name, std::string_view value) {
  check(name, value);
  remove(name);
  fields_.emplace_back(name, value);
}

bool headers::remove(std::string_view name) {
  return std::erase_if(fields_, [name](const field& f) { return same(f.first, name); }) != 0;
}

const std::string* headers::find(std::string_view name) const noexcept {
  for (const field& f : fields_) {
    if (same(f.first, name)) return &f.second;
  }
  return nullptr;
}

std::string_view usual_reason(int status) noexcept {
  for (const status_name& s : kReasons) {
    if (s.status == status) return s.reason;
  }
  return {};
}

}  // namespace lockstep::async::http
