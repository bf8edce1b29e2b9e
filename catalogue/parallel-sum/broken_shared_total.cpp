// Two threads sum up halves of an array, both into one plain total.
#include <array>
#include <cassert>
#include <cstddef>
#include <thread>

const std::array<int, 4> prices = {3, 5, 7, 11};
int total = 0;

void add(std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) total += prices[i];  // reads, adds, writes: another thread in between is lost
}

int main() {
  std::thread upper(add, 2, 4);
  add(0, 2);
  upper.join();
  assert(total == 26);
}
