// expect: pass
// tags: spin
// Polls an atomic flag with sleep_for between the looks.
#include <atomic>
#include <cassert>
#include <chrono>
#include <thread>

int main() {
  std::atomic<bool> done{false};
  int result = 0;
  std::thread worker([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    result = 5;
    done.store(true, std::memory_order_release);
  });
  const auto begin = std::chrono::steady_clock::now();
  while (!done.load(std::memory_order_acquire)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const auto took = std::chrono::steady_clock::now() - begin;
  assert(took.count() >= 0);
  assert(result == 5);
  worker.join();
}
