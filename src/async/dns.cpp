#include "lockstep/async/dns.h"

#include <netdb.h>

#include <exception>
#include <memory>
#include <system_error>

#include "lockstep/async/to_thread.h"

namespace lockstep::async {

task<std::vector<address>> resolve(std::string host, std::string service) {
  auto look_up = [&host, &service] {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* found = nullptr;
    if (int error = ::getaddrinfo(host.c_str(), service.c_str(), &hints, &found); error != 0) {
      throw resolve_error("resolve " + host + ":" + service + ": " + ::gai_strerror(error));
    }
    std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
    std::vector<address> all;
    for (addrinfo* a = found; a; a = a->ai_next) all.emplace_back(a->ai_addr, a->ai_addrlen);
    return all;
  };
  co_return co_await to_thread(look_up);
}

task<stream> connect(std::string host, std::string service) {
  std::vector<address> all = co_await resolve(std::move(host), std::move(service));
  std::exception_ptr last;
  for (const address& a : all) {
    try {
      co_return co_await connect(a);
    } catch (const std::system_error&) {
      last = std::current_exception();
    }
  }
  std::rethrow_exception(last);  // getaddrinfo gives one address at least
}

}  // namespace lockstep::async
