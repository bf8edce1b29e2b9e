// The exception comes out where the result is wanted.
#include <cassert>
#include <future>
#include <stdexcept>

int load(bool there) {
  if (!there) throw std::runtime_error("no such file");
  return 1;
}

int main() {
  auto pending = std::async(std::launch::async, load, false);
  bool failed = false;
  try {
    pending.get();
  } catch (const std::runtime_error&) {
    failed = true;
  }
  assert(failed && "whoever asks is told");
}
