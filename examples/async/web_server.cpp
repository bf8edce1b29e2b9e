// A web server: web_server FOLDER [PORT [CERTIFICATE KEY]]. The folder's files, and what it is doing:
//   /health  JSON: how many requests were answered and are being answered
//   /tasks   text: every waiting coroutine with what it waits for and its chain of awaits (lockstep::async::dump)
// SIGINT or SIGTERM ends it once the requests under way are answered.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "lockstep/async/diagnosis.h"
#include "lockstep/async/http_server.h"
#include "lockstep/async/run.h"
#include "lockstep/async/signal.h"
#include "lockstep/async/when_any.h"

using namespace lockstep::async;

namespace {

class site {
 public:
  explicit site(const std::string& folder) : files_(folder) {}

  task<http::response> answer(http::incoming& r) {
    running counted(*this);
    if (r.path() == "/health") {
      co_return http::response(
          200, "{\"answered\": " + std::to_string(answered_) + ", \"running\": " + std::to_string(running_) + "}\n",
          "application/json");
    }
    if (r.path() == "/tasks") co_return http::response(200, dump(), "text/plain; charset=utf-8");
    co_return co_await files_(r);
  }

 private:
  struct running {
    explicit running(site& s) : here(s) { ++here.running_; }
    ~running() {
      --here.running_;
      ++here.answered_;
    }
    site& here;
  };

  http::static_files files_;
  unsigned long answered_ = 0;
  unsigned long running_ = 0;
};

task<int> interrupted() {
  signal_set signals({SIGINT, SIGTERM});
  co_return co_await signals.next();
}

task<> program(site& s, std::uint16_t port, http::server_options options) {
  listener l = listen(address::loopback(port));
  std::printf("%s://%s/\n", options.tls ? "https" : "http", l.local_address().to_string().c_str());
  std::fflush(stdout);
  auto answer = [&s](http::incoming& r) { return s.answer(r); };
  co_await when_any(http::serve(l, answer, std::move(options)), interrupted());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3 && argc != 5) {
    std::fprintf(stderr, "usage: %s FOLDER [PORT [CERTIFICATE KEY]]\n", argv[0]);
    return 2;
  }
  try {
    site s(argv[1]);
    http::server_options options;
    if (argc == 5) options.tls = tls_context::server(tls_server_options(argv[3], argv[4]));
    run(program(s, static_cast<std::uint16_t>(argc > 2 ? std::atoi(argv[2]) : 0), std::move(options)));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s: %s\n", argv[0], e.what());
    return 1;
  }
}
