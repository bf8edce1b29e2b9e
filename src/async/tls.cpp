// OpenSSL between two buffers: what came from the socket and what is to go there. It never sees the socket, so that all
// waiting is the loop's. (A BIO of our own instead of OpenSSL's memory BIO, which would copy everything once more.)
//
// Invariant: only a writer, or the handshake, touches the socket's sending side. What a read wants to send (the answer
// to a KeyUpdate) goes with the next write, as RFC 8446 (2018), 4.6.3, allows.
//
// OpenSSL keeps errors in a queue of the thread: cleared before each call, read right after it, never over a co_await.
#include "lockstep/async/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>
#include <system_error>
#include <utility>

namespace lockstep::async {

namespace {

constexpr std::size_t kInput = 16384;
constexpr std::size_t kPart = 65536;        // that write() encrypts before it sends
constexpr std::size_t kMostUnsent = 65536;  // of answers to a peer that lets us only read

/// The newest entry of OpenSSL's queue, in words.
std::string reason() {
  unsigned long error = ERR_peek_last_error();
  if (error == 0) return "no reason given";
  const char* text = ERR_reason_error_string(error);
  return text ? text : "error " + std::to_string(error);
}

std::string protocols(const std::vector<std::string>& names) {
  std::string wire;
  for (const std::string& name : names) {
    if (name.empty() || name.size() > 255) {
      throw tls_error(tls_failure::settings, "lockstep::async: '" + name + "' is no protocol for ALPN: 1 to 255 bytes");
    }
    wire += static_cast<char>(name.size());
    wire += name;
  }
  return wire;
}

bool is_address(const std::string& host) {
  char bytes[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

struct certificate_check {
  long code;
  tls_failure failure;
  const char* advice;
};
constexpr certificate_check kChecks[] = {
    {X509_V_ERR_CERT_HAS_EXPIRED, tls_failure::expired, "the server must renew it; or this machine's clock is wrong"},
    {X509_V_ERR_CERT_NOT_YET_VALID, tls_failure::not_yet_valid, "is this machine's clock right?"},
    {X509_V_ERR_HOSTNAME_MISMATCH, tls_failure::wrong_host, "connect by a name that it was made for"},
    {X509_V_ERR_IP_ADDRESS_MISMATCH, tls_failure::wrong_host, "connect by a name or address that it was made for"},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, tls_failure::untrusted,
     "if you trust it, name it as tls_client_options::ca_file"},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, tls_failure::untrusted,
     "if you trust its issuer, name the issuer's as tls_client_options::ca_file"},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, tls_failure::untrusted,
     "name its issuer's as tls_client_options::ca_file; or the server must send the ones in between"},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, tls_failure::untrusted,
     "name its issuer's as tls_client_options::ca_file; or the server must send the ones in between"},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, tls_failure::untrusted,
     "name its issuer's as tls_client_options::ca_file; or the server must send the ones in between"},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, tls_failure::untrusted, "another key than its issuer's has signed it"},
};

std::string subject_of(X509* certificate) {
  std::string text;
  if (BIO* memory = certificate ? BIO_new(BIO_s_mem()) : nullptr) {
    X509_NAME_print_ex(memory, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
    char* data = nullptr;
    long size = BIO_get_mem_data(memory, &data);
    text.assign(data, static_cast<std::size_t>(size));
    BIO_free(memory);
  }
  return text.empty() ? "without a name" : text;
}

}  // namespace

namespace internal {

class tls_settings {
 public:
  explicit tls_settings(const SSL_METHOD* method) : context(SSL_CTX_new(method)) {
    if (!context) throw std::bad_alloc();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  }
  ~tls_settings() { SSL_CTX_free(context); }
  tls_settings(const tls_settings&) = delete;
  tls_settings& operator=(const tls_settings&) = delete;

  SSL_CTX* context;
  bool verify = true;
  std::string alpn;  // as it is sent
};

class tls_session {
 public:
  tls_session(const tls_context& c, stream s, bool server, std::string host)
      : settings_(c.settings_), socket(std::move(s)), host_(std::move(host)) {
    ssl_ = SSL_new(settings_->context);
    BIO* bio = ssl_ ? BIO_new(method()) : nullptr;
    if (!bio) {
      SSL_free(ssl_);
      throw std::bad_alloc();
    }
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_, bio, bio);
    SSL_set_app_data(ssl_, this);
    server ? SSL_set_accept_state(ssl_) : SSL_set_connect_state(ssl_);
  }
  ~tls_session() { SSL_free(ssl_); }
  tls_session(const tls_session&) = delete;
  tls_session& operator=(const tls_session&) = delete;

  /// The name that the certificate must bear, and that the server is told.
  void expect_host() {
    bool numeric = is_address(host_);
    X509_VERIFY_PARAM* p = SSL_get0_param(ssl_);
    X509_VERIFY_PARAM_set_hostflags(p, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    int ok = numeric ? X509_VERIFY_PARAM_set1_ip_asc(p, host_.c_str())
                     : X509_VERIFY_PARAM_set1_host(p, host_.c_str(), host_.size());
    if (ok == 1 && !numeric) ok = static_cast<int>(SSL_set_tlsext_host_name(ssl_, host_.c_str()));
    if (ok != 1 || host_.empty()) {
      throw tls_error(tls_failure::settings, "lockstep::async: TLS: '" + host_ + "' cannot be the name of a host");
    }
  }

  task<> handshake() {
    for (;;) {
      ERR_clear_error();
      int r = SSL_do_handshake(ssl_);
      int error = r == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_, r);
      if (error == SSL_ERROR_NONE || error == SSL_ERROR_WANT_READ) {
        co_await flush();
        if (error == SSL_ERROR_NONE) co_return;
        co_await receive();
        continue;
      }
      tls_error failure = failed("the handshake failed");
      try {
        co_await flush();  // the alert
      } catch (const std::system_error&) {
        // The other end is not interested; what failed is told here.
      }
      throw failure;
    }
  }

  task<std::size_t> read_some(std::span<char> to) {
    if (to.empty()) co_return 0;
    if (broken_) throw *broken_;
    for (;;) {
      ERR_clear_error();
      std::size_t n = 0;
      int r = SSL_read_ex(ssl_, to.data(), to.size(), &n);
      if (r == 1) co_return n;
      switch (SSL_get_error(ssl_, r)) {
        case SSL_ERROR_WANT_READ:
          break;
        case SSL_ERROR_ZERO_RETURN:
          co_return 0;
        default:
          throw broken(failed("reading failed"));
      }
      if (unsent_.size() > kMostUnsent) {
        throw broken({tls_failure::protocol, about("it asks for answers without end, while nobody writes")});
      }
      co_await receive();
    }
  }

  task<> write(std::string_view from) {
    writing turn(*this);
    while (!from.empty()) {
      ERR_clear_error();
      std::size_t n = 0;
      int r = SSL_write_ex(ssl_, from.data(), std::min(from.size(), kPart), &n);
      if (r != 1) throw broken(failed("writing failed"));
      from.remove_prefix(n);
      co_await flush();
    }
  }

  task<> shutdown_write() {
    writing turn(*this);
    ERR_clear_error();
    if (SSL_shutdown(ssl_) < 0) throw broken(failed("the goodbye failed"));
    co_await flush();
    socket.shutdown_write();
  }

  /// By the check of the peer's certificate.
  void note_failure(X509_STORE_CTX* checked) {
    certificate_error_ = X509_STORE_CTX_get_error(checked);
    certificate_subject_ = subject_of(X509_STORE_CTX_get_current_cert(checked));
  }
  SSL* ssl() const noexcept { return ssl_; }

 private:
  /// One writer at a time, and none after one that did not end well.
  class writing {
   public:
    explicit writing(tls_session& s) : session_(s) {
      if (s.writing_) throw std::system_error(EBUSY, std::generic_category(), "TLS write");
      if (s.broken_) throw *s.broken_;
      if (s.unsure_)
        throw std::system_error(EPIPE, std::generic_category(), "TLS write, after one that was not completed");
      s.writing_ = true;
    }
    ~writing() { session_.writing_ = false; }
    writing(const writing&) = delete;
    writing& operator=(const writing&) = delete;

   private:
    tls_session& session_;
  };

  task<> flush() {
    if (unsent_.empty()) co_return;
    sending_.swap(unsent_);
    unsure_ = true;
    co_await socket.write(sending_);
    unsure_ = false;
    sending_.clear();
    if (sending_.capacity() > kInput) sending_ = {};
  }

  task<> receive() {
    if (!input_) input_ = std::make_unique<char[]>(kInput);
    std::size_t n = co_await socket.read_some({input_.get(), kInput});
    if (n == 0) {
      throw broken({tls_failure::truncated,
                    about("the connection ended without TLS's goodbye: what was received may not be all")});
    }
    input_begin_ = 0;
    input_end_ = n;
  }

  std::string about(const std::string& what) const {
    std::string who = host_;
    if (who.empty()) {
      try {
        who = socket.remote_address().to_string();
      } catch (const std::system_error&) {
        who = "a client that is gone";
      }
    }
    return "lockstep::async: TLS with " + who + ": " + what;
  }

  /// What OpenSSL's last call has against the other end.
  tls_error failed(const std::string& what) const {
    if (certificate_error_ != X509_V_OK) {
      tls_failure failure = tls_failure::certificate;
      std::string advice;
      for (const certificate_check& c : kChecks) {
        if (c.code != certificate_error_) continue;
        failure = c.failure;
        advice = std::string("; ") + c.advice;
      }
      return {failure, about("its certificate (" + certificate_subject_ +
                             ") failed the check: " + X509_verify_cert_error_string(certificate_error_) + advice)};
    }
    unsigned long error = ERR_peek_last_error();
    int code = ERR_GET_REASON(error);
    if (ERR_GET_LIB(error) == ERR_LIB_SSL && code >= SSL_AD_REASON_OFFSET) {
      return {tls_failure::refused, about(what + ": the other end refuses: " + reason())};
    }
    std::string advice;
    if (code == SSL_R_WRONG_VERSION_NUMBER || code == SSL_R_HTTP_REQUEST || code == SSL_R_PACKET_LENGTH_TOO_LONG) {
      advice = "; the other end may not speak TLS on this port";
    }
    return {tls_failure::protocol, about(what + ": " + reason() + advice)};
  }
  /// Nothing more can be done with the connection.
  tls_error broken(tls_error e) {
    broken_ = std::make_unique<tls_error>(e);
    return e;
  }

  static tls_session& of(BIO* bio) { return *static_cast<tls_session*>(BIO_get_data(bio)); }
  static int bio_read(BIO* bio, char* to, int size) {
    tls_session& s = of(bio);
    BIO_clear_retry_flags(bio);
    std::size_t n = std::min(static_cast<std::size_t>(size), s.input_end_ - s.input_begin_);
    if (n == 0) {
      BIO_set_retry_read(bio);
      return -1;
    }
    std::memcpy(to, s.input_.get() + s.input_begin_, n);
    s.input_begin_ += n;
    if (s.input_begin_ == s.input_end_) {
      s.input_begin_ = s.input_end_ = 0;
      s.input_.reset();
    }
    return static_cast<int>(n);
  }
  static int bio_write(BIO* bio, const char* from, int size) noexcept {
    try {
      of(bio).unsent_.append(from, static_cast<std::size_t>(size));
    } catch (const std::bad_alloc&) {
      return -1;  // C is between us and whoever could catch it
    }
    return size;
  }
  static long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }
  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "lockstep::async");
      if (!m) throw std::bad_alloc();
      BIO_meth_set_read(m, bio_read);
      BIO_meth_set_write(m, bio_write);
      BIO_meth_set_ctrl(m, bio_control);
      return m;
    }();
    return made;
  }

  std::shared_ptr<const tls_settings> settings_;

 public:
  stream socket;

 private:
  std::string host_;  // empty: we are the server
  SSL* ssl_;
  std::unique_ptr<char[]> input_;  // encrypted, from the socket
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  std::string unsent_;   // encrypted, to the socket
  std::string sending_;  // …and being sent
  bool writing_ = false;
  bool unsure_ = false;  // a write has begun, and has not been completed
  std::unique_ptr<tls_error> broken_;
  int certificate_error_ = X509_V_OK;
  std::string certificate_subject_;
};

}  // namespace internal

namespace {

int check_certificate(int good, X509_STORE_CTX* checked) {
  if (good) return 1;
  auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(checked, SSL_get_ex_data_X509_STORE_CTX_idx()));
  static_cast<internal::tls_session*>(SSL_get_app_data(ssl))->note_failure(checked);
  return 0;
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* length, const unsigned char* in, unsigned size,
                    void* settings) {
  const std::string& ours = static_cast<internal::tls_settings*>(settings)->alpn;
  int r = SSL_select_next_proto(const_cast<unsigned char**>(out), length,
                                reinterpret_cast<const unsigned char*>(ours.data()), static_cast<unsigned>(ours.size()),
                                in, size);
  return r == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

[[noreturn]] void settings_fail(const std::string& what) {
  std::string why = reason();
  ERR_clear_error();
  throw tls_error(tls_failure::settings, "lockstep::async: TLS: " + what + ": " + why);
}

}  // namespace

tls_context tls_context::client(const tls_client_options& options) {
  auto s = std::make_shared<internal::tls_settings>(TLS_client_method());
  s->verify = options.verify;
  ERR_clear_error();
  if (!options.verify) {
    SSL_CTX_set_verify(s->context, SSL_VERIFY_NONE, nullptr);
  } else {
    SSL_CTX_set_verify(s->context, SSL_VERIFY_PEER, check_certificate);
    if (options.ca_file.empty()) {
      if (SSL_CTX_set_default_verify_paths(s->context) != 1) settings_fail("the system's trust store");
    } else if (SSL_CTX_load_verify_file(s->context, options.ca_file.c_str()) != 1) {
      settings_fail("the certificates to trust, " + options.ca_file + " (PEM)");
    }
  }
  s->alpn = protocols(options.alpn);
  if (!s->alpn.empty()) {
    SSL_CTX_set_alpn_protos(s->context, reinterpret_cast<const unsigned char*>(s->alpn.data()),
                            static_cast<unsigned>(s->alpn.size()));
  }
  return tls_context(std::move(s));
}

tls_context tls_context::server(const tls_server_options& options) {
  auto s = std::make_shared<internal::tls_settings>(TLS_server_method());
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(s->context, options.certificate_file.c_str()) != 1) {
    settings_fail("the server's certificate, '" + options.certificate_file + "' (PEM)");
  }
  if (SSL_CTX_use_PrivateKey_file(s->context, options.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    settings_fail("the server's key, '" + options.key_file + "' (PEM, that of the certificate)");
  }
  s->alpn = protocols(options.alpn);
  if (!s->alpn.empty()) SSL_CTX_set_alpn_select_cb(s->context, choose_protocol, s.get());
  return tls_context(std::move(s));
}

tls_stream::tls_stream() noexcept = default;
tls_stream::tls_stream(std::unique_ptr<internal::tls_session> s) noexcept : session_(std::move(s)) {}
tls_stream::tls_stream(tls_stream&& other) noexcept = default;
tls_stream& tls_stream::operator=(tls_stream&& other) noexcept = default;
tls_stream::~tls_stream() = default;

task<std::size_t> tls_stream::read_some(std::span<char> to) { return session_->read_some(to); }
task<> tls_stream::write(std::string_view from) { return session_->write(from); }
task<> tls_stream::shutdown_write() { return session_->shutdown_write(); }
void tls_stream::close() noexcept {
  if (session_) session_->socket.close();
}
bool tls_stream::is_open() const noexcept { return session_ && session_->socket.is_open(); }
int tls_stream::fd() const noexcept { return session_ ? session_->socket.fd() : -1; }
address tls_stream::local_address() const { return session_->socket.local_address(); }
address tls_stream::remote_address() const { return session_->socket.remote_address(); }
std::string tls_stream::alpn() const {
  const unsigned char* data = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(session_->ssl(), &data, &size);
  return {reinterpret_cast<const char*>(data), size};
}
std::string tls_stream::version() const { return SSL_get_version(session_->ssl()); }

task<tls_stream> tls_connect(tls_context context, stream connection, std::string host) {
  auto session = std::make_unique<internal::tls_session>(context, std::move(connection), false, std::move(host));
  session->expect_host();
  co_await session->handshake();
  co_return tls_stream(std::move(session));
}

task<tls_stream> tls_accept(tls_context context, stream connection) {
  auto session = std::make_unique<internal::tls_session>(context, std::move(connection), true, std::string());
  co_await session->handshake();
  co_return tls_stream(std::move(session));
}

}  // namespace lockstep::async
