// Whichever way the scope is left, it waits for the thread first.
#include <atomic>
#include <cassert>
#include <stdexcept>
#include <thread>

std::atomic<bool> done{false};

void prepare() { throw std::runtime_error("bad request"); }

void serve() {
  std::jthread worker([] { done = true; });
  prepare();
}

int main() {
  try {
    serve();
  } catch (const std::exception&) {
    assert(done && "the worker has ended before the exception got here");
  }
}
