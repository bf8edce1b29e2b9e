// resolve(host, service): the addresses of a name, by the system's resolver (getaddrinfo) on the blocking pool.
//
//     for (const address& a : co_await resolve("example.org", "443")) …
//     stream s = co_await connect("example.org", "443");       // tries them one after the other
//
// Cancel safety: no effect; but getaddrinfo cannot be stopped, so `cancelled` comes when it has returned (after its own
// timeout at the latest; /etc/resolv.conf). Which thread resumes you: the loop's. Errors: resolve_error with the
// resolver's words; connect(): the last address's error.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "lockstep/async/address.h"
#include "lockstep/async/socket.h"
#include "lockstep/async/task.h"

namespace lockstep::async {

class resolve_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

task<std::vector<address>> resolve(std::string host, std::string service);
task<stream> connect(std::string host, std::string service);

}  // namespace lockstep::async
