// expect: fail kind=data-race
// flags: -fno-builtin
// strncpy fills a buffer that another thread searches with strchr.
#include <cstring>
#include <thread>

char text[32] = "abc";

int main() {
  std::thread t([] { std::strncpy(text, "xyz", sizeof text); });
  bool found = std::strchr(text, 'y') != nullptr;
  t.join();
  return found && text[0] != 'x' ? 1 : 0;
}
