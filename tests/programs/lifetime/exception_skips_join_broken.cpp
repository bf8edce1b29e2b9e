// expect: fail kind=thread-leak
// An exception between creation and join unwinds over a joinable thread.
#include <atomic>
#include <stdexcept>
#include <thread>

std::atomic<int> value{0};

int main() {
  try {
    std::thread t([] { value = 1; });
    if (value.load() >= 0) throw std::runtime_error("early");
    t.join();
  } catch (const std::exception&) {
  }
}
