// The future has the exception, and its destructor only waits.
#include <atomic>
#include <cassert>
#include <future>
#include <stdexcept>

std::atomic<bool> loaded{false};

void load(bool there) {
  if (!there) throw std::runtime_error("no such file");
  loaded = true;
}

int main() {
  { auto pending = std::async(std::launch::async, load, false); }
  assert(loaded && "the file was loaded");
}
