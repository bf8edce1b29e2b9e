// Loads an echo server and reports what each request cost it: echo_load PORT PID CONNECTIONS REQUESTS. Every connection
// has one request of 64 bytes on its way all the time. Prints the server's nanoseconds of CPU for each request (of all
// its threads, from schedstat), the bytes of memory (RSS) for each connection, and the requests a second.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

constexpr std::size_t kSize = 64;

double cpu_ns(const std::string& pid) {
  double all = 0;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/" + pid + "/task")) {
    double ns = 0;
    std::ifstream(thread.path() / "schedstat") >> ns;
    all += ns;
  }
  return all;
}
double resident(const std::string& pid) {
  double size = 0;
  double pages = 0;
  std::ifstream("/proc/" + pid + "/statm") >> size >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  a.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[1])));
  std::string pid = argv[2];
  int connections = std::atoi(argv[3]);
  long requests = std::atol(argv[4]);

  int set = ::epoll_create1(0);
  std::vector<int> sockets;
  double memory_before = resident(pid);
  char message[kSize];
  std::memset(message, 'x', sizeof message);
  for (int i = 0; i < connections; ++i) {
    int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) != 0) fail("connect");
    int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event e{};
    e.events = EPOLLIN;
    e.data.fd = fd;
    ::epoll_ctl(set, EPOLL_CTL_ADD, fd, &e);
    sockets.push_back(fd);
  }
  for (int fd : sockets) {
    if (::write(fd, message, kSize) != static_cast<ssize_t>(kSize)) fail("write");
  }
  long warm_up = connections * 2L;
  long answers = -warm_up;
  double cpu_before = 0;
  std::chrono::steady_clock::time_point begin;
  std::vector<std::size_t> got(static_cast<std::size_t>(sockets.back()) + 1);
  epoll_event events[256];
  while (answers < requests) {
    int n = ::epoll_wait(set, events, 256, -1);
    for (int i = 0; i < n; ++i) {
      int fd = events[i].data.fd;
      char buffer[kSize];
      std::size_t& part = got[static_cast<std::size_t>(fd)];
      ssize_t r = ::read(fd, buffer, kSize - part);
      if (r <= 0) fail("read");
      part += static_cast<std::size_t>(r);
      if (part < kSize) continue;
      part = 0;
      if (answers++ == 0) {
        cpu_before = cpu_ns(pid);
        begin = std::chrono::steady_clock::now();
      }
      if (::write(fd, message, kSize) != static_cast<ssize_t>(kSize)) fail("write");
    }
  }
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  double count = static_cast<double>(answers);
  std::printf("%.0f %.0f %.0f\n", (cpu_ns(pid) - cpu_before) / count, (resident(pid) - memory_before) / connections,
              count / seconds);
}
