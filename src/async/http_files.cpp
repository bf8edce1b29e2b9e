#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <system_error>
#include <utility>

#include "http_connection.h"
#include "lockstep/async/file.h"
#include "lockstep/async/http_server.h"
#include "lockstep/async/internal/io.h"
#include "lockstep/async/to_thread.h"

namespace lockstep::async::http {

namespace {

constexpr off_t kAtOnce = 65536;  // a file of at most that is read by the thread that opens it
constexpr int kAttempts = 1000;   // to open a file

struct content_type {
  std::string_view extension;
  std::string_view type;
};
constexpr auto kTypes = std::to_array<content_type>({
    {"html", "text/html; charset=utf-8"},
    {"htm", "text/html; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"map", "application/json"},
    {"sarif", "application/json"},
    {"txt", "text/plain; charset=utf-8"},
    {"md", "text/markdown; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"xml", "application/xml"},
    {"svg", "image/svg+xml"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"avif", "image/avif"},
    {"ico", "image/x-icon"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"ttf", "font/ttf"},
    {"pdf", "application/pdf"},
    {"wasm", "application/wasm"},
    {"mp4", "video/mp4"},
    {"webm", "video/webm"},
    {"mp3", "audio/mpeg"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
});

std::string_view type_of(std::string_view path) {
  std::size_t dot = path.find_last_of("./");
  if (dot != std::string_view::npos && path[dot] == '.') {
    for (const content_type& t : kTypes) {
      if (same_text(path.substr(dot + 1), t.extension)) return t.type;
    }
  }
  return "application/octet-stream";
}

/// An opened file, and its contents if they are small.
struct opened {
  internal::descriptor descriptor;
  struct stat status {};
  std::string contents;
  int error = 0;
};

opened open_below(int folder, const std::string& path, bool with_contents) {
  opened o;
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;  // a FIFO is not to be waited for
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  long fd = -1;
  // EAGAIN: something in the system was renamed or mounted while a ".." was followed, so that the kernel cannot be sure.
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    fd = ::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how);
    if (fd >= 0 || errno != EAGAIN) break;
  }
  if (fd < 0) {
    o.error = errno;
    return o;
  }
  o.descriptor = internal::descriptor(static_cast<int>(fd));
  if (::fstat(o.descriptor.fd(), &o.status) != 0) {
    o.error = errno;
    return o;
  }
  if (!with_contents || !S_ISREG(o.status.st_mode) || o.status.st_size > kAtOnce) return o;
  o.contents.resize(static_cast<std::size_t>(o.status.st_size));
  std::size_t filled = 0;
  while (filled < o.contents.size()) {
    ssize_t n =
        ::pread(o.descriptor.fd(), o.contents.data() + filled, o.contents.size() - filled, static_cast<off_t>(filled));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) o.error = errno;
    if (n <= 0) break;
    filled += static_cast<std::size_t>(n);
  }
  o.contents.resize(filled);
  return o;
}

std::string tag_of(const struct stat& s) {
  char text[80];
  int n = std::snprintf(text, sizeof text, "\"%lx-%lx-%lx.%lx\"", static_cast<unsigned long>(s.st_ino),
                        static_cast<unsigned long>(s.st_size), static_cast<unsigned long>(s.st_mtim.tv_sec),
                        static_cast<unsigned long>(s.st_mtim.tv_nsec));
  return {text, static_cast<std::size_t>(n)};
}

/// Does the client have it already (RFC 9110, 13.2.2)?
bool not_modified(const headers& h, const std::string& tag, const struct stat& s) {
  if (h.contains("If-None-Match")) {
    return has_token(h, "If-None-Match", tag) || has_token(h, "If-None-Match", "W/" + tag) ||
           has_token(h, "If-None-Match", "*");
  }
  const std::string* since = h.find("If-Modified-Since");
  std::optional<::time_t> date = since ? parse_http_date(*since) : std::nullopt;
  return date && s.st_mtim.tv_sec <= *date;
}

response only(int status, std::string_view text) { return {status, std::string(text), "text/plain; charset=utf-8"}; }

body_source contents_of(internal::descriptor d, std::uint64_t size) {
  struct reading {
    file from;
    std::uint64_t size;
    std::uint64_t done = 0;
  };
  auto state = std::make_shared<reading>(reading{file(std::move(d)), size});
  body_source source;
  source.size = size;
  source.read = [state](std::span<char> to) -> task<std::size_t> {
    // What is added meanwhile is not sent.
    std::size_t most = static_cast<std::size_t>(std::min<std::uint64_t>(to.size(), state->size - state->done));
    if (most == 0) co_return 0;
    std::size_t n = co_await state->from.read_at(state->done, to.first(most));
    state->done += n;
    co_return n;
  };
  return source;
}

}  // namespace

class static_files::directory {
 public:
  explicit directory(const std::string& path) : fd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "open the folder " + path);
    opened probe = open_below(fd, ".", false);
    if (probe.error == ENOSYS || probe.error == EPERM) {
      ::close(fd);
      throw std::system_error(probe.error, std::generic_category(),
                              "openat2 (Linux 5.6; a container's filter may forbid it), to serve " + path);
    }
  }
  ~directory() { ::close(fd); }
  directory(const directory&) = delete;
  directory& operator=(const directory&) = delete;

  const int fd;
};

static_files::static_files(const std::string& folder) : folder_(std::make_shared<directory>(folder)) {}

task<response> static_files::operator()(incoming& r) const { return (*this)(r, r.path()); }

task<response> static_files::operator()(incoming& r, std::string path) const {
  // The task may outlive us.
  return [](std::shared_ptr<const directory> folder, incoming& request, std::string name) -> task<response> {
    bool to_head = request.method() == "HEAD";
    if (request.method() != "GET" && !to_head) {
      response refused = only(405, "Only GET and HEAD.\n");
      refused.headers.add("Allow", "GET, HEAD");
      co_return refused;
    }
    bool renamed = name != request.path();
    name.erase(0, std::min(name.find_first_not_of('/'), name.size()));
    if (name.empty() || name.ends_with('/')) name += "index.html";
    auto look = [&folder, &name, to_head] { return open_below(folder->fd, name, !to_head); };
    opened o = co_await to_thread(look);
    switch (o.error) {
      case 0:
        break;
      case ENOENT:
      case ENOTDIR:
      case EXDEV:  // it leads out of the folder
      case ELOOP:
      case EACCES:
      case ENAMETOOLONG:
      case ENXIO:
        co_return only(404, "There is no such file.\n");
      default:
        throw std::system_error(o.error, std::generic_category(), "open or read " + name);
    }
    if (S_ISDIR(o.status.st_mode) && !renamed) {
      // Links in its index are relative to it. Never "//name", which would be another host.
      std::string_view target = request.target();
      target = target.substr(0, target.find('?'));
      target.remove_prefix(std::min(target.find_first_not_of('/'), target.size()));
      response moved = only(301, "It is a folder.\n");
      moved.headers.add("Location", "/" + std::string(target) + "/");
      co_return moved;
    }
    if (!S_ISREG(o.status.st_mode)) co_return only(404, "There is no such file.\n");
    response found;
    std::string tag = tag_of(o.status);
    found.headers.add("Content-Type", type_of(name));
    found.headers.add("Last-Modified", http_date(o.status.st_mtim.tv_sec));
    found.headers.add("X-Content-Type-Options", "nosniff");
    bool known = not_modified(request.headers(), tag, o.status);
    found.headers.add("ETag", tag);
    if (known) {
      found.status = 304;
    } else if (to_head || o.status.st_size > kAtOnce) {
      found.source = contents_of(std::move(o.descriptor), static_cast<std::uint64_t>(o.status.st_size));
    } else {
      found.body = std::move(o.contents);
    }
    co_return found;
  }(folder_, r, std::move(path));
}

}  // namespace lockstep::async::http
