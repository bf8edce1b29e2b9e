// expect: pass complete
// Two threads print whole lines under the stream's lock, which is recursive and guards the counter too.
#include <cstdio>
#include <thread>

int lines = 0;

void print(const char* who) {
  flockfile(stdout);
  flockfile(stdout);
  std::printf("%s", who);
  ++lines;
  std::printf("\n");
  funlockfile(stdout);
  funlockfile(stdout);
}

int main() {
  std::thread a(print, "a"), b(print, "b");
  a.join();
  b.join();
  if (ftrylockfile(stdout) != 0) return 1;
  funlockfile(stdout);
  return lines == 2 ? 0 : 2;
}
