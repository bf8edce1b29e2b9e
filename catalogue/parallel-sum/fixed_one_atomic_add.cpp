// Summed up in a local variable, added once. Relaxed is enough: join orders the final read behind both additions.
#include <array>
#include <atomic>
#include <cassert>
#include <cstddef>
#include <thread>

const std::array<int, 4> prices = {3, 5, 7, 11};
std::atomic<int> total{0};

void add(std::size_t from, std::size_t to) {
  int sum = 0;
  for (std::size_t i = from; i < to; ++i) sum += prices[i];
  total.fetch_add(sum, std::memory_order_relaxed);
}

int main() {
  std::thread upper(add, 2, 4);
  add(0, 2);
  upper.join();
  assert(total == 26);
}
