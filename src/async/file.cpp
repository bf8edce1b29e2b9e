#include "lockstep/async/file.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <system_error>

#include "lockstep/async/pipe.h"
#include "lockstep/async/to_thread.h"
#include "simulated_network.h"

namespace lockstep::async {

namespace {

[[noreturn]] void fail(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

bool in_the_kernel() { return internal::here.current->io().does_files(); }

/// call() on the blocking pool; a negative result is an error.
template <class Call>
task<std::int64_t> on_the_pool(const char* what, Call call) {
  auto [result, error] = co_await to_thread([call] {
    std::int64_t r = 0;
    do r = call();
    while (r < 0 && errno == EINTR);
    return std::pair<std::int64_t, int>(r, r < 0 ? errno : 0);
  });
  if (result < 0) fail(error, what);
  co_return result;
}

}  // namespace

task<file> file::open(std::string path, int flags, mode_t mode) {
  int fd = -1;
  try {
    if (in_the_kernel()) {
      internal::io_op op(internal::io_kind::open, -1, path.data(), mode, flags);
      fd = co_await op;
    } else {
      const char* p = path.c_str();
      fd = static_cast<int>(co_await on_the_pool("open", [=] { return ::open(p, flags | O_CLOEXEC, mode); }));
    }
  } catch (const std::system_error& e) {
    throw std::system_error(e.code(), "open " + path);
  }
  co_return file(internal::descriptor(fd));
}

task<std::size_t> file::read_at(std::uint64_t offset, std::span<char> to) {
  auto at = static_cast<std::int64_t>(offset);
  if (in_the_kernel()) {
    internal::bytes_op op(internal::io_kind::read, fd(), to.data(), to.size(), at);
    co_return co_await op;
  }
  int d = fd();
  co_return static_cast<std::size_t>(
      co_await on_the_pool("read", [=] { return ::pread(d, to.data(), to.size(), at); }));
}

task<> file::write_at(std::uint64_t offset, std::string_view from) {
  int d = fd();
  while (!from.empty()) {
    auto at = static_cast<std::int64_t>(offset);
    std::size_t n = 0;
    if (in_the_kernel()) {
      internal::bytes_op op(internal::io_kind::write, d, const_cast<char*>(from.data()), from.size(), at);
      n = co_await op;
    } else {
      n = static_cast<std::size_t>(
          co_await on_the_pool("write", [=] { return ::pwrite(d, from.data(), from.size(), at); }));
    }
    from.remove_prefix(n);
    offset += n;
  }
}

task<> file::sync() {
  if (in_the_kernel()) {
    internal::void_op op(internal::io_kind::sync, fd());
    co_await op;
    co_return;
  }
  int d = fd();
  co_await on_the_pool("fsync", [=] { return ::fsync(d); });
}

std::uint64_t file::size() const {
  struct stat s {};
  if (::fstat(fd(), &s) != 0) fail(errno, "fstat");
  return static_cast<std::uint64_t>(s.st_size);
}

task<std::string> read_file(std::string path) {
  file f = co_await file::open(std::move(path));
  std::string text;
  constexpr std::size_t kPart = 65536;
  for (;;) {
    std::size_t old = text.size();
    text.resize(old + kPart);
    std::size_t n = co_await f.read_at(old, std::span<char>(text).subspan(old));
    text.resize(old + n);
    if (n == 0) co_return text;
  }
}

// ---- pipe.h

pipe_end::pipe_end(internal::descriptor d) : descriptor_(std::move(d)) {
  if (!internal::here.current || !internal::here.current->io().nonblocking()) return;
  int flags = ::fcntl(fd(), F_GETFL);
  if (flags < 0 || ::fcntl(fd(), F_SETFL, flags | O_NONBLOCK) != 0) fail(errno, "fcntl");
}

task<> pipe_end::write(std::string_view from) {
  while (!from.empty()) {
    internal::bytes_op op(internal::io_kind::write, fd(), const_cast<char*>(from.data()), from.size());
    from.remove_prefix(co_await op);
  }
}

pipe_ends make_pipe() {
  int fds[2];
  if (internal::simulated_network* n = internal::here.current ? internal::here.current->io().network() : nullptr) {
    n->make_pipe(fds);
  } else if (::pipe2(fds, O_CLOEXEC) != 0) {
    fail(errno, "pipe");
  }
  internal::descriptor read(fds[0]);
  internal::descriptor write(fds[1]);
  return {pipe_end(std::move(read)), pipe_end(std::move(write))};
}

}  // namespace lockstep::async
