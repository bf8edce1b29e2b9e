// Sockets: stream (TCP and Unix), listener, datagram_socket (UDP and Unix).
//
//     listener l = listen(address::loopback(8080));
//     stream s = co_await l.accept();
//     std::size_t n = co_await s.read_some(buffer);      // 0: the other end has sent all
//     co_await s.write({buffer, n});                      // all of it
//     stream c = co_await connect(address::ip("192.0.2.1", 80));
//
// One task at a time may read, and one may write. Errors: std::system_error, with the kernel's errno;
// device_or_resource_ busy for a second reader or writer; bad_file_descriptor if the socket is closed meanwhile. Which
// thread resumes you: the loop's. A socket is used on the thread of the loop on which it was made.
//
// | operation    | cancel safety                                                                               |
// |--------------|---------------------------------------------------------------------------------------------|
// | read_some    | data that has been received is given or stays for the next read; none is lost               |
// | write        | a part may have been sent; how much is not known: close the connection                      |
// | accept       | a connection that has been accepted is given; none is lost                                  |
// | connect      | the socket is closed                                                                        |
// | send_to, receive_from | a datagram is sent or not, is given or stays for the next                          |
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "lockstep/async/address.h"
#include "lockstep/async/internal/io.h"
#include "lockstep/async/task.h"

namespace lockstep::async {

namespace internal {

/// The number of bytes.
class bytes_op final : public io_op {
 public:
  using io_op::io_op;
  std::size_t await_resume() const { return static_cast<std::size_t>(io_op::await_resume()); }
};
class void_op final : public io_op {
 public:
  using io_op::io_op;
  void await_resume() const { io_op::await_resume(); }
};

}  // namespace internal

class stream {
 public:
  stream() = default;
  explicit stream(internal::descriptor d) noexcept : descriptor_(std::move(d)) {}

  /// What is there, at least a byte; 0: the other end has sent all.
  [[nodiscard]] internal::bytes_op read_some(std::span<char> to) noexcept {
    return {internal::io_kind::receive, descriptor_.fd(), to.data(), to.size(), -1, &descriptor_};
  }
  /// Everything.
  [[nodiscard]] internal::void_op write(std::string_view from) noexcept {
    return {internal::io_kind::send_all, descriptor_.fd(), const_cast<char*>(from.data()), from.size()};
  }
  /// The other end reads 0 bytes when it has read all.
  void shutdown_write();
  void close() noexcept { descriptor_.close(); }
  bool is_open() const noexcept { return descriptor_.open(); }
  int fd() const noexcept { return descriptor_.fd(); }
  address local_address() const;
  address remote_address() const;
  /// Off: small writes are sent at once (TCP_NODELAY). connect() and accept() turn it off.
  void set_nagle(bool on);

 private:
  internal::descriptor descriptor_;
};

class listener {
 public:
  listener() = default;
  explicit listener(internal::descriptor d) noexcept : descriptor_(std::move(d)) {}

  class accept_op final : public internal::io_op {
   public:
    using io_op::io_op;
    stream await_resume() const;
  };
  /// Throws std::system_error with too_many_files_open when the process has no descriptor left: wait, and go on.
  [[nodiscard]] accept_op accept() noexcept { return {internal::io_kind::accept, descriptor_.fd()}; }
  void close() noexcept { descriptor_.close(); }
  address local_address() const;
  int fd() const noexcept { return descriptor_.fd(); }

 private:
  internal::descriptor descriptor_;
};

struct listen_options {
  int backlog = 4096;
  bool reuse_address = true;
  bool reuse_port = false;  ///< several loops accept from one port
};
/// Throws std::system_error. Port 0: the kernel picks one (local_address()).
listener listen(const address& where, const listen_options& options = {});
task<stream> connect(address to);
/// Two connected streams (Unix).
std::pair<stream, stream> stream_pair();

class datagram_socket {
 public:
  /// Throws std::system_error.
  explicit datagram_socket(const address& where);

  struct received {
    std::size_t size;  ///< of the datagram, at most that of the buffer; the rest of a larger one is lost
    address from;
  };
  task<received> receive_from(std::span<char> to);
  task<> send_to(std::string_view from, address to);
  void close() noexcept { descriptor_.close(); }
  address local_address() const;
  int fd() const noexcept { return descriptor_.fd(); }

 private:
  internal::descriptor descriptor_;
};

}  // namespace lockstep::async
