// expect: pass
// compilers: gcc
// A jthread is asked to stop and joined by its destructor.
#include <atomic>
#include <stop_token>
#include <thread>

std::atomic<int> rounds{0};

int main() {
  std::jthread t([](std::stop_token token) {
    for (int i = 0; i < 2 && !token.stop_requested(); ++i) rounds.fetch_add(1, std::memory_order_relaxed);
  });
}
