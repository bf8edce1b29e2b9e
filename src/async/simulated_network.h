// Sockets, listeners, datagrams and pipes in memory: what a loop without a kernel talks with itself over.
//
// They are told by their numbers, which begin at kFirst. What one task writes, another of the same loop reads:
//
// | what              | as the kernel does it                                                                        |
// |-------------------|----------------------------------------------------------------------------------------------|
// | a flow of bytes   | in order; kRoom of them may be under way, then the writer waits                              |
// | the end of one    | read as 0 after the rest; a writer whose reader is gone gets EPIPE                           |
// | closed with bytes | unread: the other end gets ECONNRESET after the rest                                         |
// | connect           | ECONNREFUSED without a listener; waits while the listener's backlog is full                  |
// | a listener closed | resets the connections that nobody accepted                                                  |
// | a datagram        | whole, or cut to the buffer; lost if nobody has the address, or kDatagrams wait there        |
//
// Invariants: two flows are a connection, one is a pipe; a flow lives as long as either end. Numbers are never used
// again. Thread safety: none; belongs to a loop. Complexity: O(log n) to find one of n sockets, O(n) for an address.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "lockstep/async/address.h"
#include "lockstep/async/internal/io.h"

namespace lockstep::async::internal {

class simulated_network {
 public:
  static constexpr int kFirst = 1'000'000;
  static constexpr std::size_t kRoom = 65536;
  static constexpr std::size_t kDatagrams = 256;

  // Each gives a descriptor or 0; or an error, as a negative number of errno.
  /// SOCK_STREAM or SOCK_DGRAM.
  int make_socket(int type);
  int bind(int fd, const address& where);
  int listen(int fd, int backlog);
  int make_pair(int (&fds)[2]);
  /// Read from the first, write to the second.
  int make_pipe(int (&fds)[2]);
  int shutdown_write(int fd);
  int name_of(int fd, bool of_peer, address& name);
  void close(int fd) noexcept;

  /// Would attempt() get on with it, if only to fail?
  bool possible(const io_op& op) const;
  /// The result of the operation, or -EAGAIN. send_all may have got on all the same.
  int attempt(io_op& op);

 private:
  struct flow {
    std::string bytes;
    bool ended = false;  // the writer has sent all
    bool reset = false;  // the writer is gone, and did not read what we sent
    bool reader_gone = false;
    bool readable() const noexcept { return !bytes.empty() || ended || reset; }
  };
  struct connection {
    std::shared_ptr<flow> in;
    std::shared_ptr<flow> out;
    address peer;
    void close() noexcept;
  };
  struct datagram {
    std::string bytes;
    address from;
  };
  struct end {
    int type = 0;
    address local;
    bool listening = false;
    std::size_t backlog = 0;
    std::deque<connection> waiting;  // to be accepted
    connection connected;
    std::deque<datagram> datagrams;
  };

  const end* find(int fd) const;
  end* find(int fd) { return const_cast<end*>(std::as_const(*this).find(fd)); }
  /// Who has that address.
  const end* bound_to(const address& where, int type) const;
  int add(end e);
  address unused_address(int family, int type);
  static int read(flow& from, io_op& op);
  static int write(connection& c, const char* from, std::size_t size);
  int connect(io_op& op, end& e);
  int accept(end& e);
  int send_message(io_op& op, end& e);
  static int receive_message(io_op& op, end& e);

  std::map<int, end> ends_;
  int next_ = kFirst;
  std::uint16_t next_port_ = 49152;  // the first of those that IANA leaves to this
};

}  // namespace lockstep::async::internal
