// Reading and writing through descriptors; sockets and pipes; waiting for several of them.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "hooks/clocks.h"
#include "hooks/outside.h"
#include "program/sync.h"

using namespace lockstep::runtime;

#define NETWORK                                                                                                       \
  "the network, and data between threads through a socket, are not modelled; use a queue in memory with a mutex and " \
  "a "                                                                                                                \
  "condition variable in the test"
#define WAIT_FOR_DESCRIPTORS \
  "nothing is ready, and waiting for a descriptor is not modelled; use a condition variable in the test"

namespace {

void kernel_writes_all(const iovec* v, int n) {
  for (int i = 0; i < n; ++i) outside::kernel_writes(v[i].iov_base, v[i].iov_len);
}
void report_buffers(Thread& t, const iovec* v, int n, ssize_t bytes, bool written, u64 pc) {
  for (int i = 0; i < n && bytes > 0; ++i) {
    u64 size = v[i].iov_len < static_cast<u64>(bytes) ? v[i].iov_len : static_cast<u64>(bytes);
    written ? outside::buffer_written(t, v[i].iov_base, size, pc) : outside::buffer_read(t, v[i].iov_base, size, pc);
    bytes -= static_cast<ssize_t>(size);
  }
}
u64 bytes_of(ssize_t n) { return n > 0 ? static_cast<u64>(n) : 0; }

}  // namespace

LOCKSTEP_EXPORT ssize_t read(int fd, void* p, std::size_t n) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(read)(fd, p, n));
  outside::about_to_read(t, fd, "read", pc);
  outside::kernel_writes(p, n);
  ssize_t got = LOCKSTEP_REAL(read)(fd, p, n);
  outside::buffer_written(t, p, bytes_of(got), pc);
  return got;
}
LOCKSTEP_EXPORT ssize_t __read_chk(int fd, void* p, std::size_t n, std::size_t) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(read)(fd, p, n));
  outside::about_to_read(t, fd, "read", pc);
  outside::kernel_writes(p, n);
  ssize_t got = LOCKSTEP_REAL(read)(fd, p, n);
  outside::buffer_written(t, p, bytes_of(got), pc);
  return got;
}
#define PREAD(name, offset)                                                 \
  LOCKSTEP_EXPORT ssize_t name(int fd, void* p, std::size_t n, offset at) { \
    LOCKSTEP_HOOK(LOCKSTEP_REAL(name)(fd, p, n, at));                       \
    outside::about_to_read(t, fd, #name, pc);                               \
    outside::kernel_writes(p, n);                                           \
    ssize_t got = LOCKSTEP_REAL(name)(fd, p, n, at);                        \
    outside::buffer_written(t, p, bytes_of(got), pc);                       \
    return got;                                                             \
  }
PREAD(pread, off_t)
PREAD(pread64, off64_t)
LOCKSTEP_EXPORT ssize_t readv(int fd, const iovec* v, int n) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(readv)(fd, v, n));
  outside::about_to_read(t, fd, "readv", pc);
  kernel_writes_all(v, n);
  ssize_t got = LOCKSTEP_REAL(readv)(fd, v, n);
  report_buffers(t, v, n, got, true, pc);
  return got;
}
#define PREADV(name, offset)                                               \
  LOCKSTEP_EXPORT ssize_t name(int fd, const iovec* v, int n, offset at) { \
    LOCKSTEP_HOOK(LOCKSTEP_REAL(name)(fd, v, n, at));                      \
    outside::about_to_read(t, fd, #name, pc);                              \
    kernel_writes_all(v, n);                                               \
    ssize_t got = LOCKSTEP_REAL(name)(fd, v, n, at);                       \
    report_buffers(t, v, n, got, true, pc);                                \
    return got;                                                            \
  }
PREADV(preadv, off_t)
PREADV(preadv64, off64_t)

LOCKSTEP_EXPORT ssize_t write(int fd, const void* p, std::size_t n) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(write)(fd, p, n));
  outside::about_to_write(t, fd, "write", pc);
  ssize_t written = LOCKSTEP_REAL(write)(fd, p, n);
  outside::buffer_read(t, p, bytes_of(written), pc);
  return written;
}
#define PWRITE(name, offset)                                                      \
  LOCKSTEP_EXPORT ssize_t name(int fd, const void* p, std::size_t n, offset at) { \
    LOCKSTEP_HOOK(LOCKSTEP_REAL(name)(fd, p, n, at));                             \
    outside::about_to_write(t, fd, #name, pc);                                    \
    ssize_t written = LOCKSTEP_REAL(name)(fd, p, n, at);                          \
    outside::buffer_read(t, p, bytes_of(written), pc);                            \
    return written;                                                               \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)
LOCKSTEP_EXPORT ssize_t writev(int fd, const iovec* v, int n) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(writev)(fd, v, n));
  outside::about_to_write(t, fd, "writev", pc);
  ssize_t written = LOCKSTEP_REAL(writev)(fd, v, n);
  report_buffers(t, v, n, written, false, pc);
  return written;
}
#define PWRITEV(name, offset)                                              \
  LOCKSTEP_EXPORT ssize_t name(int fd, const iovec* v, int n, offset at) { \
    LOCKSTEP_HOOK(LOCKSTEP_REAL(name)(fd, v, n, at));                      \
    outside::about_to_write(t, fd, #name, pc);                             \
    ssize_t written = LOCKSTEP_REAL(name)(fd, v, n, at);                   \
    report_buffers(t, v, n, written, false, pc);                           \
    return written;                                                        \
  }
PWRITEV(pwritev, off_t)
PWRITEV(pwritev64, off64_t)
LOCKSTEP_EXPORT ssize_t sendfile(int to, int from, off_t* at, std::size_t n) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sendfile)(to, from, at, n));
  outside::about_to_read(t, from, "sendfile", pc);
  outside::about_to_write(t, to, "sendfile", pc);
  outside::kernel_writes(at, sizeof *at);
  return LOCKSTEP_REAL(sendfile)(to, from, at, n);
}
LOCKSTEP_EXPORT ssize_t copy_file_range(int from, off64_t* from_at, int to, off64_t* to_at, std::size_t n,
                                        unsigned flags) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(copy_file_range)(from, from_at, to, to_at, n, flags));
  outside::about_to_read(t, from, "copy_file_range", pc);
  outside::about_to_write(t, to, "copy_file_range", pc);
  outside::kernel_writes(from_at, sizeof *from_at);
  outside::kernel_writes(to_at, sizeof *to_at);
  return LOCKSTEP_REAL(copy_file_range)(from, from_at, to, to_at, n, flags);
}
LOCKSTEP_REFUSED(ssize_t, splice, (int from, off64_t* from_at, int to, off64_t* to_at, std::size_t n, unsigned flags),
                 (from, from_at, to, to_at, n, flags), NETWORK)
LOCKSTEP_REFUSED(ssize_t, vmsplice, (int fd, const iovec* v, std::size_t n, unsigned flags), (fd, v, n, flags), NETWORK)
LOCKSTEP_REFUSED(ssize_t, tee, (int from, int to, std::size_t n, unsigned flags), (from, to, n, flags), NETWORK)

// Making and closing channels is fine; only their use is not.
LOCKSTEP_EXPORT int pipe(int fds[2]) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pipe)(fds));
  process::needs_fork(t);
  outside::kernel_writes(fds, 2 * sizeof(int));
  return LOCKSTEP_REAL(pipe)(fds);
}
LOCKSTEP_EXPORT int pipe2(int fds[2], int flags) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pipe2)(fds, flags));
  process::needs_fork(t);
  outside::kernel_writes(fds, 2 * sizeof(int));
  return LOCKSTEP_REAL(pipe2)(fds, flags);
}
LOCKSTEP_EXPORT int socketpair(int domain, int type, int protocol, int fds[2]) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(socketpair)(domain, type, protocol, fds));
  process::needs_fork(t);
  outside::kernel_writes(fds, 2 * sizeof(int));
  return LOCKSTEP_REAL(socketpair)(domain, type, protocol, fds);
}
LOCKSTEP_NEEDS_FORK(int, socket, (int domain, int type, int protocol), (domain, type, protocol))
LOCKSTEP_NEEDS_FORK(int, epoll_create, (int size), (size))
LOCKSTEP_NEEDS_FORK(int, epoll_create1, (int flags), (flags))
LOCKSTEP_REFUSED(int, accept, (int fd, sockaddr* address, socklen_t* size), (fd, address, size), NETWORK)
LOCKSTEP_REFUSED(int, accept4, (int fd, sockaddr* address, socklen_t* size, int flags), (fd, address, size, flags),
                 NETWORK)
LOCKSTEP_REFUSED(int, connect, (int fd, const sockaddr* address, socklen_t size), (fd, address, size), NETWORK)
LOCKSTEP_REFUSED(ssize_t, recv, (int fd, void* p, std::size_t n, int flags), (fd, p, n, flags), NETWORK)
LOCKSTEP_REFUSED(ssize_t, recvfrom, (int fd, void* p, std::size_t n, int flags, sockaddr* from, socklen_t* size),
                 (fd, p, n, flags, from, size), NETWORK)
LOCKSTEP_REFUSED(ssize_t, recvmsg, (int fd, msghdr* message, int flags), (fd, message, flags), NETWORK)
LOCKSTEP_REFUSED(int, recvmmsg, (int fd, mmsghdr* messages, unsigned n, int flags, timespec* timeout),
                 (fd, messages, n, flags, timeout), NETWORK)
LOCKSTEP_REFUSED(ssize_t, send, (int fd, const void* p, std::size_t n, int flags), (fd, p, n, flags), NETWORK)
LOCKSTEP_REFUSED(ssize_t, sendto, (int fd, const void* p, std::size_t n, int flags, const sockaddr* to, socklen_t size),
                 (fd, p, n, flags, to, size), NETWORK)
LOCKSTEP_REFUSED(ssize_t, sendmsg, (int fd, const msghdr* message, int flags), (fd, message, flags), NETWORK)
LOCKSTEP_REFUSED(int, sendmmsg, (int fd, mmsghdr* messages, unsigned n, int flags), (fd, messages, n, flags), NETWORK)

// ---- waiting ----

namespace {

// kNever: no timeout.
u64 length_of(const timespec* timeout) { return timeout ? clocks::nanoseconds(*timeout) : kNever; }

// Without descriptors it is a way to sleep.
int sleep_instead(Thread& t, u64 ns, const char* function, u64 pc) {
  if (ns == kNever) {
    outside::refuse(function, "it would wait for a signal for ever; signals of the kernel are not modelled", pc);
  }
  sync::sleep_until(t, program.now() + ns, pc);
  return 0;
}

int wait_for_poll(Thread& t, pollfd* fds, nfds_t n, u64 timeout, const char* function, u64 pc) {
  bool any = false;
  for (nfds_t i = 0; i < n; ++i) any |= fds[i].fd >= 0;
  outside::kernel_writes(fds, n * sizeof *fds);
  int ready = LOCKSTEP_REAL(poll)(fds, n, 0);
  if (ready != 0 || timeout == 0) {
    ++t.effects;
    return ready;
  }
  if (any) outside::refuse(function, WAIT_FOR_DESCRIPTORS, pc);
  return sleep_instead(t, timeout, function, pc);
}

bool is_empty(int n, const fd_set* set) {
  for (int i = 0; set && i < n; ++i) {
    if (FD_ISSET(i, set)) return false;
  }
  return true;
}

int wait_for_select(Thread& t, int n, fd_set* in, fd_set* out, fd_set* other, u64 timeout, const char* function,
                    u64 pc) {
  bool none = is_empty(n, in) && is_empty(n, out) && is_empty(n, other);
  if (none) return timeout == 0 ? 0 : sleep_instead(t, timeout, function, pc);
  for (fd_set* set : {in, out, other}) outside::kernel_writes(set, sizeof *set);
  timeval zero = {0, 0};
  int ready = LOCKSTEP_REAL(select)(n, in, out, other, &zero);
  if (ready == 0 && timeout != 0) outside::refuse(function, WAIT_FOR_DESCRIPTORS, pc);
  ++t.effects;
  return ready;
}

int wait_for_epoll(Thread& t, int fd, epoll_event* events, int n, u64 timeout, const char* function, u64 pc) {
  if (n > 0) outside::kernel_writes(events, static_cast<u64>(n) * sizeof *events);
  int ready = LOCKSTEP_REAL(epoll_wait)(fd, events, n, 0);
  if (ready == 0 && timeout != 0) outside::refuse(function, WAIT_FOR_DESCRIPTORS, pc);
  ++t.effects;
  return ready;
}

u64 from_milliseconds(int ms) { return ms < 0 ? kNever : static_cast<u64>(ms) * 1000000; }

}  // namespace

LOCKSTEP_EXPORT int poll(pollfd* fds, nfds_t n, int timeout) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(poll)(fds, n, timeout));
  return wait_for_poll(t, fds, n, from_milliseconds(timeout), "poll", pc);
}
LOCKSTEP_EXPORT int __poll_chk(pollfd* fds, nfds_t n, int timeout, std::size_t) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(poll)(fds, n, timeout));
  return wait_for_poll(t, fds, n, from_milliseconds(timeout), "poll", pc);
}
LOCKSTEP_EXPORT int ppoll(pollfd* fds, nfds_t n, const timespec* timeout, const sigset_t* mask) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(ppoll)(fds, n, timeout, mask));
  return wait_for_poll(t, fds, n, length_of(timeout), "ppoll", pc);
}
LOCKSTEP_EXPORT int select(int n, fd_set* in, fd_set* out, fd_set* other, timeval* timeout) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(select)(n, in, out, other, timeout));
  u64 ns = kNever;
  if (timeout) {
    if (timeout->tv_sec < 0 || timeout->tv_usec < 0) {
      errno = EINVAL;
      return -1;
    }
    timespec length = {timeout->tv_sec + timeout->tv_usec / 1000000, timeout->tv_usec % 1000000 * 1000};
    ns = clocks::nanoseconds(length);
  }
  int ready = wait_for_select(t, n, in, out, other, ns, "select", pc);
  if (timeout && ready == 0) *timeout = {0, 0};  // Linux says how much is left
  return ready;
}
LOCKSTEP_EXPORT int pselect(int n, fd_set* in, fd_set* out, fd_set* other, const timespec* timeout,
                            const sigset_t* mask) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pselect)(n, in, out, other, timeout, mask));
  return wait_for_select(t, n, in, out, other, length_of(timeout), "pselect", pc);
}
LOCKSTEP_EXPORT int epoll_wait(int fd, epoll_event* events, int n, int timeout) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(epoll_wait)(fd, events, n, timeout));
  return wait_for_epoll(t, fd, events, n, from_milliseconds(timeout), "epoll_wait", pc);
}
LOCKSTEP_EXPORT int epoll_pwait(int fd, epoll_event* events, int n, int timeout, const sigset_t* mask) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(epoll_pwait)(fd, events, n, timeout, mask));
  return wait_for_epoll(t, fd, events, n, from_milliseconds(timeout), "epoll_pwait", pc);
}
LOCKSTEP_EXPORT int epoll_pwait2(int fd, epoll_event* events, int n, const timespec* timeout, const sigset_t* mask) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(epoll_pwait2)(fd, events, n, timeout, mask));
  return wait_for_epoll(t, fd, events, n, length_of(timeout), "epoll_pwait2", pc);
}
LOCKSTEP_FILLS(int, getsockname, (int fd, sockaddr* address, socklen_t* size), (fd, address, size),
               (outside::kernel_writes(size, sizeof *size), address), size ? *size : 0)
LOCKSTEP_FILLS(int, getsockopt, (int fd, int level, int name, void* value, socklen_t* size),
               (fd, level, name, value, size), (outside::kernel_writes(size, sizeof *size), value), size ? *size : 0)
