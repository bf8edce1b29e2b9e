// Certificates for tests, made when they run: a root, and what it signs. Files in a folder of their own.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "lockstep/async/tls.h"

namespace lockstep::async {

class test_certificates {
 public:
  test_certificates() {
    folder_ = std::filesystem::path(::testing::TempDir()) / ("lockstep-tls-" + std::to_string(::getpid()) + "-" +
                                                             std::to_string(reinterpret_cast<std::uintptr_t>(this)));
    std::filesystem::create_directories(folder_);
    key_ = EVP_EC_gen("P-256");
    root_ = make(("the root of " + folder_.filename().string()).c_str(), {}, -3600, 3600, nullptr);
    save(root_, path("root.pem"));
    FILE* f = std::fopen(path("key.pem").c_str(), "w");
    if (!f || !PEM_write_PrivateKey(f, key_, nullptr, nullptr, 0, nullptr, nullptr)) throw std::runtime_error("key");
    std::fclose(f);
  }
  ~test_certificates() {
    X509_free(root_);
    EVP_PKEY_free(key_);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  test_certificates(const test_certificates&) = delete;
  test_certificates& operator=(const test_certificates&) = delete;

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string root() const { return path("root.pem"); }
  std::string key() const { return path("key.pem"); }

  /// A file with a certificate for `names` ("DNS:localhost,IP:127.0.0.1"), valid between two times from now, in seconds.
  std::string certificate(const std::string& names = "DNS:localhost,IP:127.0.0.1", long from = -3600, long to = 3600) {
    return issue(names, from, to, root_);
  }
  /// …that nobody has signed but itself.
  std::string self_signed(const std::string& names) { return issue(names, -3600, 3600, nullptr); }

  tls_context server(const std::string& certificate_file) const {
    tls_server_options o(certificate_file, key());
    o.alpn = {"http/1.1"};
    return tls_context::server(o);
  }
  tls_context server() { return server(certificate()); }
  tls_context client(const std::string& protocol = "http/1.1") const {
    tls_client_options o;
    o.ca_file = root();
    o.alpn = {protocol};
    return tls_context::client(o);
  }
  /// Believes everybody.
  static tls_context careless_client() {
    tls_client_options o;
    o.verify = false;
    return tls_context::client(o);
  }

 private:
  std::string issue(const std::string& names, long from, long to, X509* by) {
    X509* c = make("a server of a test", names, from, to, by);
    std::string file = path("certificate-" + std::to_string(++number_) + ".pem");
    save(c, file);
    X509_free(c);
    return file;
  }
  X509* make(const char* name, const std::string& names, long from, long to, X509* by) {
    X509* c = X509_new();
    X509_set_version(c, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(c), ++serial_);
    X509_gmtime_adj(X509_getm_notBefore(c), from);
    X509_gmtime_adj(X509_getm_notAfter(c), to);
    X509_set_pubkey(c, key_);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(c, X509_get_subject_name(by ? by : c));
    add(c, NID_basic_constraints, names.empty() ? "critical,CA:TRUE" : "CA:FALSE");
    if (!names.empty()) add(c, NID_subject_alt_name, names.c_str());
    if (!X509_sign(c, key_, EVP_sha256())) throw std::runtime_error("X509_sign");
    return c;
  }
  static void add(X509* c, int kind, const char* value) {
    X509_EXTENSION* e = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    if (!e) throw std::runtime_error("X509V3_EXT_conf_nid");
    X509_add_ext(c, e, -1);
    X509_EXTENSION_free(e);
  }
  static void save(X509* c, const std::string& file) {
    FILE* f = std::fopen(file.c_str(), "w");
    if (!f || !PEM_write_X509(f, c)) throw std::runtime_error("cannot write " + file);
    std::fclose(f);
  }

  std::filesystem::path folder_;
  EVP_PKEY* key_ = nullptr;
  X509* root_ = nullptr;
  long serial_ = 0;
  int number_ = 0;
};

}  // namespace lockstep::async
