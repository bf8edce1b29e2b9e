// N fetches of one URL, so many at once, on one thread: fetch lockstep|curl|curl-socket URL N AT_ONCE. Prints the CPU
// time of a fetch in ns, user and kernel. `curl` is libcurl's multi interface with curl_multi_poll, `curl-socket` with
// curl_multi_socket_action and epoll.
#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "lockstep/async/http_client.h"
#include "lockstep/async/run.h"
#include "lockstep/async/when_all.h"

namespace {

std::size_t bytes = 0;

namespace ours {
using namespace lockstep::async;

task<> fetch_some(http::client& c, std::string url, int& left) {
  while (left > 0) {
    --left;
    http::response r = co_await c.fetch(url);
    if (r.status != 200) std::abort();
    bytes += r.body.size();
  }
}

task<> fetch(std::string url, int n, int at_once) {
  http::client_options options;
  options.max_connections = static_cast<std::size_t>(at_once);
  options.max_idle = options.max_connections;
  http::client c(options);
  std::vector<task<>> tasks;
  for (int i = 0; i < at_once; ++i) tasks.push_back(fetch_some(c, url, n));
  co_await gather(std::move(tasks));
}
}  // namespace ours

namespace theirs {

struct transfer {
  std::string body;
};

std::size_t receive(char* data, std::size_t size, std::size_t n, void* to) {
  static_cast<transfer*>(to)->body.append(data, size * n);
  return size * n;
}

CURL* make(const std::string& url, transfer& t) {
  CURL* e = curl_easy_init();
  curl_easy_setopt(e, CURLOPT_URL, url.c_str());
  curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, receive);
  curl_easy_setopt(e, CURLOPT_WRITEDATA, &t);
  curl_easy_setopt(e, CURLOPT_PRIVATE, &t);
  curl_easy_setopt(e, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, 300'000L);
  curl_easy_setopt(e, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  return e;
}

/// Begins the next fetch on each handle that has ended. True: none is under way.
bool go_on(CURLM* multi, int& left, int& running) {
  int ignored = 0;
  while (CURLMsg* m = curl_multi_info_read(multi, &ignored)) {
    if (m->msg != CURLMSG_DONE || m->data.result != CURLE_OK) std::abort();
    CURL* e = m->easy_handle;
    transfer* t = nullptr;
    curl_easy_getinfo(e, CURLINFO_PRIVATE, &t);
    bytes += t->body.size();
    t->body = std::string();
    curl_multi_remove_handle(multi, e);
    --running;
    if (left > 0) {
      --left;
      ++running;
      curl_multi_add_handle(multi, e);
    } else {
      curl_easy_cleanup(e);
    }
  }
  return running == 0;
}

CURLM* make_multi(int at_once) {
  CURLM* multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(at_once));
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(at_once));
  return multi;
}

void begin(CURLM* multi, const std::string& url, int& left, std::vector<transfer>& transfers, int& running) {
  for (transfer& t : transfers) {
    if (left == 0) break;
    --left;
    ++running;
    curl_multi_add_handle(multi, make(url, t));
  }
}

void poll(const std::string& url, int left, int at_once) {
  std::vector<transfer> transfers(static_cast<std::size_t>(at_once));
  int running = 0;
  CURLM* multi = make_multi(at_once);
  begin(multi, url, left, transfers, running);
  for (;;) {
    int still = 0;
    curl_multi_perform(multi, &still);
    if (go_on(multi, left, running)) break;
    curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
  }
  curl_multi_cleanup(multi);
}

int watch(CURL*, curl_socket_t fd, int what, void* set, void*) {
  epoll_event e{};
  e.data.fd = fd;
  e.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
  int epoll = *static_cast<int*>(set);
  if (what == CURL_POLL_REMOVE) {
    ::epoll_ctl(epoll, EPOLL_CTL_DEL, fd, nullptr);
  } else if (::epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &e) != 0) {
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
  }
  return 0;
}
int set_timer(CURLM*, long milliseconds, void* timeout) {
  *static_cast<long*>(timeout) = milliseconds;
  return 0;
}

void by_sockets(const std::string& url, int left, int at_once) {
  int epoll = ::epoll_create1(0);
  long timeout = -1;
  std::vector<transfer> transfers(static_cast<std::size_t>(at_once));
  int running = 0;
  CURLM* multi = make_multi(at_once);
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, &epoll);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, &timeout);
  begin(multi, url, left, transfers, running);
  int still = 0;
  curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &still);
  while (!go_on(multi, left, running)) {
    epoll_event events[64];
    int n = timeout == 0 ? 0 : ::epoll_wait(epoll, events, 64, static_cast<int>(timeout));
    if (n <= 0) {
      timeout = -1;
      curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &still);
    }
    for (int i = 0; i < n; ++i) {
      int what = (events[i].events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0) |
                 (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                 (events[i].events & EPOLLERR ? CURL_CSELECT_ERR : 0);
      curl_multi_socket_action(multi, events[i].data.fd, what, &still);
    }
  }
  curl_multi_cleanup(multi);
  ::close(epoll);
}

}  // namespace theirs

double cpu_ns() {
  rusage u{};
  ::getrusage(RUSAGE_SELF, &u);
  auto ns = [](const timeval& t) { return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_usec) * 1e3; };
  return ns(u.ru_utime) + ns(u.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: %s lockstep|curl|curl-socket URL N AT_ONCE\n", argv[0]);
    return 2;
  }
  std::string_view how = argv[1];
  std::string url = argv[2];
  int n = std::atoi(argv[3]);
  int at_once = std::atoi(argv[4]);
  curl_global_init(CURL_GLOBAL_ALL);
  double begin = cpu_ns();
  if (how == "lockstep") {
    lockstep::async::run(ours::fetch(url, n, at_once));
  } else if (how == "curl") {
    theirs::poll(url, n, at_once);
  } else {
    theirs::by_sockets(url, n, at_once);
  }
  std::printf("%.0f %zu\n", (cpu_ns() - begin) / n, bytes);
}
