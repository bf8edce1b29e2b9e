// TLS over a stream: tls_connect, tls_accept, tls_stream. By OpenSSL; TLS 1.2 and 1.3.
//
//     tls_context trust = tls_context::client();                  // the system's trust store; make one, use it often
//     tls_stream s = co_await tls_connect(trust, co_await connect("example.org", "443"), "example.org");
//     co_await s.write("hello");
//     std::size_t n = co_await s.read_some(buffer);               // 0: the other end has said that this was all
//
//     tls_context ours = tls_context::server(tls_server_options("chain.pem", "key.pem"));
//     tls_stream c = co_await tls_accept(ours, co_await listener.accept());
//
// A client checks the certificate's chain, dates and name (that of the host, or its address), and sends the name to the
// server (SNI). Errors: tls_error says which check failed, for which host, and what to do; its failure() is for
// programs. An end of the connection without TLS's own goodbye is tls_failure::truncated, never an end of the data: an
// attacker can cut a connection. Besides, std::system_error as for a stream.
//
// One task at a time may read, and one may write (std::errc::device_or_resource_busy). Which thread resumes you: the
// loop's. Thread safety: a tls_context may be used by any thread; a tls_stream belongs to its loop's. Memory: OpenSSL's,
// and 16 KiB while a read waits. A handshake computes on the loop's thread: a fraction of a millisecond
// (`openssl speed rsa2048 ecdsap256`).
//
// | operation      | cancel safety                                                                             |
// |----------------|-------------------------------------------------------------------------------------------|
// | tls_connect, tls_accept | the connection is closed                                                         |
// | read_some      | data that has been received is given or stays for the next read; none is lost             |
// | write          | a part may have been sent; every later write throws: close the connection                 |
// | shutdown_write | the goodbye may have been sent; every later write throws                                  |
//
// Not here: client certificates, revocation (CRL, OCSP), resumed sessions, renegotiation, 0-RTT.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lockstep/async/address.h"
#include "lockstep/async/socket.h"
#include "lockstep/async/task.h"

namespace lockstep::async {

enum class tls_failure {
  settings,       ///< a file that cannot be read or used; thrown by tls_context
  expired,        ///< the certificate was valid before
  not_yet_valid,  ///< …or will be; or a clock is wrong
  wrong_host,     ///< the certificate is somebody else's
  untrusted,      ///< nobody whom we trust has signed it
  certificate,    ///< another check of it failed
  refused,        ///< the other end sent an alert: our certificate or our protocol does not suit it
  protocol,       ///< no TLS, or damaged
  truncated,      ///< the connection ended without the goodbye
};

class tls_error : public std::runtime_error {
 public:
  tls_error(tls_failure failure, const std::string& what) : std::runtime_error(what), failure_(failure) {}
  tls_failure failure() const noexcept { return failure_; }

 private:
  tls_failure failure_;
};

// The options have constructors, because GCC 12 breaks aggregates that are written inside of a co_await expression.
struct tls_client_options {
  tls_client_options() = default;
  std::string ca_file = {};            ///< PEM: whom to trust, instead of the system's trust store
  std::vector<std::string> alpn = {};  ///< protocols, the preferred one first: "http/1.1"
  bool verify = true;                  ///< false: whoever answers is believed. For tests.
};
struct tls_server_options {
  tls_server_options() = default;
  tls_server_options(std::string certificate, std::string key)
      : certificate_file(std::move(certificate)), key_file(std::move(key)) {}
  std::string certificate_file = {};  ///< PEM: the server's own, then those between it and the root
  std::string key_file = {};          ///< PEM, without a password
  std::vector<std::string> alpn = {};
};

namespace internal {
class tls_settings;
class tls_session;
}  // namespace internal

/// What the connections of a client or of a server have in common. A copy is the same settings.
class tls_context {
 public:
  /// Reads files. Throws tls_error (settings).
  static tls_context client(const tls_client_options& options = {});
  static tls_context server(const tls_server_options& options);

 private:
  explicit tls_context(std::shared_ptr<const internal::tls_settings> s) noexcept : settings_(std::move(s)) {}
  friend class internal::tls_session;
  std::shared_ptr<const internal::tls_settings> settings_;
};

class tls_stream {
 public:
  tls_stream() noexcept;
  explicit tls_stream(std::unique_ptr<internal::tls_session> s) noexcept;
  tls_stream(tls_stream&& other) noexcept;
  tls_stream& operator=(tls_stream&& other) noexcept;
  ~tls_stream();

  /// What is there, at least a byte; 0: the other end has sent all, and said so.
  [[nodiscard]] task<std::size_t> read_some(std::span<char> to);
  /// Everything. `from` must live until then.
  [[nodiscard]] task<> write(std::string_view from);
  /// Says goodbye: the other end reads 0 bytes when it has read all. Reading goes on.
  [[nodiscard]] task<> shutdown_write();
  /// Without a goodbye.
  void close() noexcept;
  bool is_open() const noexcept;
  int fd() const noexcept;
  address local_address() const;
  address remote_address() const;
  /// The protocol that both ends agreed on; empty: none.
  std::string alpn() const;
  /// "TLSv1.3".
  std::string version() const;

 private:
  std::unique_ptr<internal::tls_session> session_;
};

/// `host`: the name, or address, that the server's certificate must bear.
task<tls_stream> tls_connect(tls_context context, stream connection, std::string host);
task<tls_stream> tls_accept(tls_context context, stream connection);

}  // namespace lockstep::async
