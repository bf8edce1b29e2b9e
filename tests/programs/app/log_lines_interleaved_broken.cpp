// expect: fail kind=assertion
// Each part of a log line is locked, the line is not: lines of two threads mix.
#include <cassert>
#include <mutex>
#include <string>
#include <thread>

std::mutex m;
std::string text;

void put(const char* part) {
  std::lock_guard lock(m);
  text += part;
}

void log_line(const char* who) {
  put(who);
  put("\n");
}

int main() {
  std::thread t([] { log_line("a"); });
  log_line("b");
  t.join();
  assert(text == "a\nb\n" || text == "b\na\n");
}
