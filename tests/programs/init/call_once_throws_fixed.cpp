// expect: pass
// The first call throws out of call_once; the flag stays unset, and the next caller initialises.
#include <cassert>
#include <mutex>
#include <stdexcept>
#include <thread>

std::once_flag once;
int attempts;

void use() {
  try {
    std::call_once(once, [] {
      if (++attempts == 1) throw std::runtime_error("not yet");
    });
  } catch (const std::runtime_error&) {
  }
}

int main() {
  std::thread t(use);
  use();
  t.join();
  assert(attempts == 2);
}
