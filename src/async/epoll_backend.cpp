// epoll: an operation is attempted at once; if it would block, its descriptor is watched (edge-triggered, for both
// directions, registered once) and the operation is attempted again when it is ready. A short read or write tells that
// the descriptor is drained, which saves the attempt that would only say so.
#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <system_error>
#include <utility>
#include <vector>

#include "backend.h"

namespace lockstep::async::internal {

namespace {

class epoll_backend final : public backend {
 public:
  epoll_backend() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (epoll_ < 0 || wake_ < 0) fail("epoll");
    epoll_event e{};
    e.events = EPOLLIN | EPOLLET;
    e.data.fd = wake_;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &e) != 0) fail("epoll_ctl");
  }
  ~epoll_backend() override { close_both(); }

  const char* name() const noexcept override { return "epoll"; }
  bool nonblocking() const noexcept override { return true; }
  bool does_files() const noexcept override { return false; }

  bool start(io_op& op) noexcept override {
    bool writes = is_write(op);
    if (static_cast<std::size_t>(op.fd) >= watched_.size()) watched_.resize(static_cast<std::size_t>(op.fd) + 64);
    watched& w = watched_[static_cast<std::size_t>(op.fd)];
    io_op*& place = writes ? w.writer : w.reader;
    if (place) {
      op.result = -EBUSY;
      return false;
    }
    if (writes ? !w.not_writable : !w.not_readable) {
      op.result = try_now(op, w);
      if (op.result != -EAGAIN) return false;
    }
    if (!w.registered) {
      epoll_event e{};
      e.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
      e.data.fd = op.fd;
      if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, op.fd, &e) != 0) {
        op.result = -errno;
        return false;
      }
      w.registered = true;
    }
    place = &op;
    ++pending_;
    return true;
  }

  void cancel(io_op& op) noexcept override {
    watched& w = watched_[static_cast<std::size_t>(op.fd)];
    (is_write(op) ? w.writer : w.reader) = nullptr;
    --pending_;
    op.complete(-ECANCELED);
  }

  void close(int fd, io_state* state) noexcept override {
    delete state;
    if (static_cast<std::size_t>(fd) < watched_.size()) {
      watched& w = watched_[static_cast<std::size_t>(fd)];
      for (io_op* op : {w.reader, w.writer}) {
        if (!op) continue;
        --pending_;
        op->complete(-EBADF);
      }
      // A duplicate of the descriptor, in a child say, would keep it in the set.
      if (w.registered) ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
      w = {};
    }
    ::close(fd);
  }

  void wait(std::int64_t nanoseconds) override {
    epoll_event events[256];
    timespec limit{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
    int n = ::epoll_pwait2(epoll_, events, 256, nanoseconds < 0 ? nullptr : &limit, nullptr);
    if (n < 0 && errno == ENOSYS) {
      int milliseconds = nanoseconds < 0 ? -1 : static_cast<int>((nanoseconds + 999'999) / 1'000'000);
      n = ::epoll_wait(epoll_, events, 256, milliseconds);
    }
    for (int i = 0; i < n; ++i) {
      int fd = events[i].data.fd;
      if (fd == wake_) {
        std::uint64_t count;
        [[maybe_unused]] ssize_t ignored = ::read(wake_, &count, sizeof count);
        continue;
      }
      ready(fd, events[i].events);
    }
  }

  bool looks_busy() const noexcept override { return pending_ != 0; }
  std::size_t pending() const noexcept override { return pending_; }
  void wake() noexcept override {
    int saved = errno;
    std::uint64_t one = 1;
    [[maybe_unused]] ssize_t ignored = ::write(wake_, &one, sizeof one);
    errno = saved;
  }

 private:
  struct watched {
    io_op* reader = nullptr;
    io_op* writer = nullptr;
    bool registered = false;
    bool not_readable = false;  // until an event says otherwise; only while registered
    bool not_writable = false;
    bool ended = false;  // the other end is gone: there will be no further event, so both stay false
  };

  [[noreturn]] void fail(const char* what) {
    int error = errno;
    close_both();
    throw std::system_error(error, std::generic_category(), what);
  }
  void close_both() noexcept {
    if (epoll_ >= 0) ::close(epoll_);
    if (wake_ >= 0) ::close(wake_);
  }
  static bool is_write(const io_op& op) noexcept {
    return op.kind == io_kind::write || op.kind == io_kind::send_all || op.kind == io_kind::send_message ||
           op.kind == io_kind::connect;
  }

  static int try_now(io_op& op, watched& w) noexcept {
    int r = attempt(op);
    if (!w.registered || w.ended) return r;
    if (is_write(op)) {
      if (r == -EAGAIN && op.kind != io_kind::connect) w.not_writable = true;
    } else if (r == -EAGAIN || (op.kind == io_kind::receive && r > 0 && static_cast<std::size_t>(r) < op.size)) {
      w.not_readable = true;
    }
    return r;
  }

  void ready(int fd, std::uint32_t events) noexcept {
    watched& w = watched_[static_cast<std::size_t>(fd)];
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) w.ended = true;
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
      w.not_readable = false;
      again(w, w.reader);
    }
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) {
      w.not_writable = false;
      again(w, w.writer);
    }
  }
  void again(watched& w, io_op*& place) noexcept {
    if (!place) return;
    int r = try_now(*place, w);
    if (r == -EAGAIN) return;
    --pending_;
    std::exchange(place, nullptr)->complete(r);
  }

  int epoll_;
  int wake_;
  std::size_t pending_ = 0;
  std::vector<watched> watched_;
};

}  // namespace

std::unique_ptr<backend> make_epoll_backend() { return std::make_unique<epoll_backend>(); }

}  // namespace lockstep::async::internal
