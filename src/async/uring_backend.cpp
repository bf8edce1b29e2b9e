// io_uring: single issuer, deferred task run: completions are posted only when this thread asks for them, and what was
// started since then is submitted with the same system call that waits. So a round of the loop is one system call,
// however many connections had something to do.
//
// Stream sockets are read by a multishot receive that stays armed: the kernel puts what arrives into buffers of a ring
// that all sockets share, so an idle connection holds no buffer, and a read usually finds its bytes there.
//
// States of a receiver:
//   idle      nothing is asked of the kernel. A read arms it.
//   armed     the kernel will give buffers, until it says that it will not (no IORING_CQE_F_MORE): idle again
//   stopping  kMostQueued buffers wait for a slow reader: it was told to stop; idle when it has
//   orphan    the socket was closed; deleted when the kernel is done with it
// If the ring runs out of buffers (ENOBUFS), the waiting read is done without one, straight into its own memory.
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <system_error>
#include <utility>

#include "backend.h"
#include "lockstep/sync/tool.h"

namespace lockstep::async::internal {

namespace {

// liburing maps the rings by system calls of its own, so ThreadSanitizer does not see that they are other memory than the
// rings of an ended loop at the same place. The kernel orders the two.
#ifdef LOCKSTEP_SYNC_TSAN
extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);
char rings;
void rings_are_mapped() { __tsan_acquire(&rings); }
void rings_are_left() { __tsan_release(&rings); }
#else
void rings_are_mapped() {}
void rings_are_left() {}
#endif

constexpr unsigned kEntries = 512;
constexpr unsigned kCompletions = 8192;
constexpr unsigned kBuffers = 256;  // a power of two
constexpr unsigned kBufferSize = 4096;
constexpr int kGroup = 1;
constexpr std::uint16_t kNoBuffer = 0xffff;
constexpr unsigned kMostQueued = 8;

// What user_data points to, in its low bits.
enum tag : std::uint64_t { kOp = 0, kReceiver = 1, kWake = 2, kIgnored = 3, kTags = 3 };

/// The shared buffers of received data, and the lists in which they wait for their readers.
class buffer_ring {
 public:
  explicit buffer_ring(io_uring& ring) {
    ring_size_ = kBuffers * sizeof(io_uring_buf);
    std::size_t size = ring_size_ + std::size_t{kBuffers} * kBufferSize;
    memory_ = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    if (memory_ == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    buffers_ = static_cast<char*>(memory_) + ring_size_;
    ring_ = static_cast<io_uring_buf_ring*>(memory_);
    io_uring_buf_ring_init(ring_);
    io_uring_buf_reg reg{};
    reg.ring_addr = reinterpret_cast<std::uint64_t>(ring_);
    reg.ring_entries = kBuffers;
    reg.bgid = kGroup;
    if (int r = io_uring_register_buf_ring(&ring, &reg, 0); r < 0) {
      ::munmap(memory_, size);
      throw std::system_error(-r, std::generic_category(), "io_uring_register_buf_ring");
    }
    for (unsigned i = 0; i < kBuffers; ++i) give_back(static_cast<std::uint16_t>(i));
  }
  ~buffer_ring() { ::munmap(memory_, ring_size_ + std::size_t{kBuffers} * kBufferSize); }
  buffer_ring(const buffer_ring&) = delete;
  buffer_ring& operator=(const buffer_ring&) = delete;

  void give_back(std::uint16_t id) noexcept {
    io_uring_buf_ring_add(ring_, data(id), kBufferSize, id, io_uring_buf_ring_mask(kBuffers), 0);
    io_uring_buf_ring_advance(ring_, 1);
  }
  char* data(std::uint16_t id) const noexcept { return buffers_ + std::size_t{id} * kBufferSize; }

  std::uint16_t next[kBuffers];
  std::uint16_t length[kBuffers];

 private:
  std::size_t ring_size_;
  void* memory_;
  char* buffers_;
  io_uring_buf_ring* ring_;
};

/// What was received from one stream socket and not yet read.
class receiver final : public io_state {
 public:
  receiver(int descriptor, receiver** list) noexcept : fd(descriptor), previous(list), next(*list) {
    if (next) next->previous = &next;
    *list = this;
  }
  ~receiver() override {
    *previous = next;
    if (next) next->previous = previous;
  }

  bool has_data() const noexcept { return first != kNoBuffer; }
  void append(buffer_ring& ring, std::uint16_t id, std::uint16_t n) noexcept {
    ring.next[id] = kNoBuffer;
    ring.length[id] = n;
    (first == kNoBuffer ? first : ring.next[last]) = id;
    last = id;
    ++queued;
  }
  std::size_t read(buffer_ring& ring, char* to, std::size_t size) noexcept {
    std::size_t n = 0;
    while (n < size && first != kNoBuffer) {
      std::size_t part = std::min<std::size_t>(size - n, ring.length[first] - taken);
      std::memcpy(to + n, ring.data(first) + taken, part);
      n += part;
      taken = static_cast<std::uint16_t>(taken + part);
      if (taken == ring.length[first]) drop_first(ring);
    }
    return n;
  }
  void drop_first(buffer_ring& ring) noexcept {
    ring.give_back(std::exchange(first, ring.next[first]));
    taken = 0;
    --queued;
  }

  int fd;
  int error = 0;       // what ended the stream, after the data
  bool ended = false;  // read 0 bytes, or an error
  bool armed = false;
  bool stopping = false;
  bool orphan = false;
  std::uint16_t first = kNoBuffer;
  std::uint16_t last = kNoBuffer;
  std::uint16_t taken = 0;  // of the first buffer
  std::uint16_t queued = 0;
  io_op* reader = nullptr;  // waits for data
  receiver** previous;
  receiver* next;
};

class uring_backend final : public backend {
 public:
  uring_backend() {
    io_uring_params p{};
    p.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG |
              IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
    p.cq_entries = kCompletions;
    if (int r = io_uring_queue_init_params(kEntries, &ring_, &p); r < 0)
      throw std::system_error(-r, std::generic_category(), "io_uring_setup");
    rings_are_mapped();
    io_uring_register_ring_fd(&ring_);  // saves a look-up at each system call; where it is refused, that is all
    try {
      buffers_ = std::make_unique<buffer_ring>(ring_);
      wake_ = ::eventfd(0, EFD_CLOEXEC);
      if (wake_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    } catch (...) {
      rings_are_left();
      io_uring_queue_exit(&ring_);
      throw;
    }
    listen_for_wakes();
  }

  ~uring_backend() override {
    for (receiver* r = receivers_; r; r = r->next) {
      if (r->armed) stop(*r);
    }
    ending_ = true;
    io_uring_sqe* s = sqe();
    io_uring_prep_cancel64(s, kWake, 0);
    s->user_data = kIgnored;
    // The kernel must be done with our memory before it is given back.
    while (in_flight_ != 0) wait(-1);
    for (receiver *r = receivers_, *next = nullptr; r; r = next) {
      next = r->next;
      r->orphan ? delete r : detach(*r);
    }
    rings_are_left();
    io_uring_queue_exit(&ring_);
    ::close(wake_);
  }

  const char* name() const noexcept override { return "io_uring"; }
  bool nonblocking() const noexcept override { return false; }
  bool does_files() const noexcept override { return true; }

  bool start(io_op& op) noexcept override {
    if (op.kind == io_kind::receive && op.source) return start_receive(op);
    prepare(op);
    ++operations_;
    return true;
  }

  void cancel(io_op& op) noexcept override {
    if (op.kind == io_kind::receive && op.source) {
      if (auto* r = static_cast<receiver*>(op.source->state()); r && r->reader == &op) {
        // What arrives now stays in the receiver: nothing is lost.
        r->reader = nullptr;
        --operations_;
        op.complete(-ECANCELED);
        return;
      }
    }
    io_uring_sqe* s = sqe();
    io_uring_prep_cancel64(s, reinterpret_cast<std::uint64_t>(&op) | kOp, 0);
    s->user_data = kIgnored;
  }

  void close(int fd, io_state* state) noexcept override {
    auto* r = static_cast<receiver*>(state);
    bool armed = r && r->armed;
    if (r) {
      if (io_op* op = std::exchange(r->reader, nullptr)) {
        --operations_;
        op->complete(-EBADF);
      }
      while (r->has_data()) r->drop_first(*buffers_);
      r->orphan = true;
      if (!armed) delete r;
    }
    if (!armed && operations_ == 0) {
      ::close(fd);
      return;
    }
    // Whatever waits for the descriptor keeps its file open. One system call for both, which are done in order.
    io_uring_sqe* s = sqe();
    io_uring_prep_cancel_fd(s, fd, IORING_ASYNC_CANCEL_ALL);
    s->user_data = kIgnored;
    s = sqe();
    io_uring_prep_close(s, fd);
    s->user_data = kIgnored;
    io_uring_submit(&ring_);
  }

  void wait(std::int64_t nanoseconds) override {
    io_uring_cqe* cqe = nullptr;
    if (nanoseconds == 0) {
      io_uring_submit_and_get_events(&ring_);
    } else if (nanoseconds < 0) {
      io_uring_submit_and_wait(&ring_, 1);
    } else {
      __kernel_timespec limit{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
      io_uring_submit_and_wait_timeout(&ring_, &cqe, 1, &limit, nullptr);
    }
    unsigned head = 0;
    unsigned seen = 0;
    io_uring_for_each_cqe(&ring_, head, cqe) {
      ++seen;
      completed(cqe->user_data, cqe->res, cqe->flags);
    }
    io_uring_cq_advance(&ring_, seen);
  }

  bool looks_busy() const noexcept override {
    return io_uring_sq_ready(&ring_) != 0 || io_uring_cq_ready(&ring_) != 0 ||
           (__atomic_load_n(ring_.sq.kflags, __ATOMIC_RELAXED) & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
  }
  std::size_t pending() const noexcept override { return operations_; }
  void wake() noexcept override {
    int saved = errno;
    std::uint64_t one = 1;
    [[maybe_unused]] ssize_t ignored = ::write(wake_, &one, sizeof one);
    errno = saved;
  }

 private:
  /// Each one taken ends in a completion; in_flight_ counts those to come.
  io_uring_sqe* sqe() noexcept {
    io_uring_sqe* s;
    while (!(s = io_uring_get_sqe(&ring_))) io_uring_submit(&ring_);
    ++in_flight_;
    return s;
  }

  void prepare(io_op& op) noexcept {
    io_uring_sqe* s = sqe();
    auto size = static_cast<unsigned>(std::min<std::size_t>(op.size, 1u << 30));
    auto offset = static_cast<std::uint64_t>(op.offset);
    switch (op.kind) {
      case io_kind::read:
        io_uring_prep_read(s, op.fd, op.data, size, offset);
        break;
      case io_kind::write:
        io_uring_prep_write(s, op.fd, op.data, size, offset);
        break;
      case io_kind::receive:
        io_uring_prep_recv(s, op.fd, op.data, size, 0);
        break;
      case io_kind::send_all:
        io_uring_prep_send(s, op.fd, op.data_at(op.done), std::min<std::size_t>(op.size - op.done, 1u << 30),
                           MSG_NOSIGNAL | MSG_WAITALL);
        break;
      case io_kind::receive_message:
        io_uring_prep_recvmsg(s, op.fd, static_cast<msghdr*>(op.data), 0);
        break;
      case io_kind::send_message:
        io_uring_prep_sendmsg(s, op.fd, static_cast<msghdr*>(op.data), MSG_NOSIGNAL);
        break;
      case io_kind::accept:
        io_uring_prep_accept(s, op.fd, nullptr, nullptr, SOCK_CLOEXEC);
        break;
      case io_kind::connect:
        io_uring_prep_connect(s, op.fd, static_cast<sockaddr*>(op.data), static_cast<socklen_t>(op.size));
        break;
      case io_kind::readable:
        io_uring_prep_poll_add(s, op.fd, POLLIN);
        break;
      case io_kind::open:
        io_uring_prep_openat(s, AT_FDCWD, static_cast<const char*>(op.data), static_cast<int>(op.offset) | O_CLOEXEC,
                             static_cast<mode_t>(op.size));
        break;
      case io_kind::sync:
        io_uring_prep_fsync(s, op.fd, 0);
        break;
    }
    s->user_data = reinterpret_cast<std::uint64_t>(&op) | kOp;
  }

  bool start_receive(io_op& op) noexcept {
    io_state*& state = op.source->state();
    if (!state) state = new (std::nothrow) receiver(op.fd, &receivers_);
    if (!state) {
      op.result = -ENOMEM;
      return false;
    }
    receiver& r = *static_cast<receiver*>(state);
    if (r.reader) {
      op.result = -EBUSY;
      return false;
    }
    if (r.has_data()) {
      op.result = static_cast<int>(r.read(*buffers_, static_cast<char*>(op.data), op.size));
      return false;
    }
    if (r.ended) {
      op.result = r.error;
      return false;
    }
    r.reader = &op;
    ++operations_;
    if (!r.armed) arm(r);
    return true;
  }

  void arm(receiver& r) noexcept {
    io_uring_sqe* s = sqe();
    io_uring_prep_recv_multishot(s, r.fd, nullptr, 0, 0);
    s->flags |= IOSQE_BUFFER_SELECT;
    s->buf_group = kGroup;
    s->user_data = reinterpret_cast<std::uint64_t>(&r) | kReceiver;
    r.armed = true;
    r.stopping = false;
  }
  void stop(receiver& r) noexcept {
    r.stopping = true;
    io_uring_sqe* s = sqe();
    io_uring_prep_cancel64(s, reinterpret_cast<std::uint64_t>(&r) | kReceiver, 0);
    s->user_data = kIgnored;
  }
  /// The loop ends, and the socket lives on: whoever closes it finds the receiver, but no kernel behind it.
  static void detach(receiver& r) noexcept {
    *r.previous = r.next;
    if (r.next) r.next->previous = r.previous;
    r.next = nullptr;
    r.previous = &r.next;
    r.first = kNoBuffer;
    r.ended = true;
    r.error = -EBADF;
  }

  void listen_for_wakes() noexcept {
    io_uring_sqe* s = sqe();
    io_uring_prep_read(s, wake_, &wakes_, sizeof wakes_, 0);
    s->user_data = kWake;
  }

  void completed(std::uint64_t data, int result, unsigned flags) noexcept {
    if (!(flags & IORING_CQE_F_MORE)) --in_flight_;
    switch (data & kTags) {
      case kOp:
        operation_completed(*reinterpret_cast<io_op*>(data), result);
        break;
      case kReceiver:
        received(*reinterpret_cast<receiver*>(data & ~std::uint64_t{kTags}), result, flags);
        break;
      case kWake:
        // A wake-up that is quicker than the end must not begin to listen again: nobody would end that.
        if (!ending_) listen_for_wakes();
        break;
      default:
        break;
    }
  }

  void operation_completed(io_op& op, int result) noexcept {
    if (op.kind == io_kind::send_all && result > 0) {
      op.done += static_cast<std::size_t>(result);
      if (op.done < op.size && !op.stopping) {
        prepare(op);
        return;
      }
      result = op.done == op.size ? static_cast<int>(op.done) : -ECANCELED;
    }
    if (op.kind == io_kind::readable && result > 0) result = 0;
    // Not cancelled by us: the descriptor was closed.
    if (result == -ECANCELED && !op.stopping) result = -EBADF;
    if (result == -EINTR) {
      if (!op.stopping) {
        prepare(op);
        return;
      }
      result = -ECANCELED;  // a worker thread of the kernel's was interrupted for us
    }
    --operations_;
    op.complete(result);
  }

  void received(receiver& r, int result, unsigned flags) noexcept {
    if (!(flags & IORING_CQE_F_MORE)) r.armed = false;
    if (flags & IORING_CQE_F_BUFFER) {
      auto id = static_cast<std::uint16_t>(flags >> IORING_CQE_BUFFER_SHIFT);
      if (r.orphan || result <= 0) {
        buffers_->give_back(id);
      } else {
        r.append(*buffers_, id, static_cast<std::uint16_t>(result));
      }
    }
    if (r.orphan) {
      if (!r.armed) delete &r;
      return;
    }
    if (result == 0) {
      r.ended = true;
    } else if (result < 0 && result != -ENOBUFS && result != -ECANCELED && result != -EINTR) {
      r.ended = true;
      r.error = result;
    }
    if (io_op* op = r.reader) {
      if (r.has_data() || r.ended) {
        r.reader = nullptr;
        --operations_;
        op->complete(r.has_data() ? static_cast<int>(r.read(*buffers_, static_cast<char*>(op->data), op->size))
                                  : r.error);
      } else if (result == -ENOBUFS) {
        r.reader = nullptr;
        prepare(*op);  // as an ordinary operation, into the reader's own memory
      } else if (!r.armed) {
        arm(r);
      }
    } else if (r.armed && !r.stopping && r.queued >= kMostQueued) {
      stop(r);
    }
  }

  io_uring ring_{};
  std::unique_ptr<buffer_ring> buffers_;
  receiver* receivers_ = nullptr;
  int wake_ = -1;
  std::uint64_t wakes_ = 0;
  std::size_t operations_ = 0;
  std::size_t in_flight_ = 0;
  bool ending_ = false;
};

}  // namespace

std::unique_ptr<backend> make_uring_backend() { return std::make_unique<uring_backend>(); }

}  // namespace lockstep::async::internal
