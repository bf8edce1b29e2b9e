// expect: pass complete
// The whole line under one lock, and printed at the end.
#include <cassert>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>

std::mutex m;
std::string text;

void log_line(const char* who) {
  std::lock_guard lock(m);
  text += who;
  text += "\n";
}

int main() {
  std::thread t([] { log_line("a"); });
  log_line("b");
  t.join();
  std::fputs(text.c_str(), stdout);
  assert(text == "a\nb\n" || text == "b\na\n");
}
