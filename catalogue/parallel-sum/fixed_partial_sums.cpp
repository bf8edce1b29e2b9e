// A result for each thread. join() is all the synchronisation there is, and all that is needed.
#include <array>
#include <cassert>
#include <cstddef>
#include <thread>

const std::array<int, 4> prices = {3, 5, 7, 11};

struct alignas(64) Part {  // a cache line each: neighbours would slow each other down
  int sum = 0;
};

void add(std::size_t from, std::size_t to, Part& part) {
  for (std::size_t i = from; i < to; ++i) part.sum += prices[i];
}

int main() {
  std::array<Part, 2> parts;
  std::thread upper(add, 2, 4, std::ref(parts[1]));
  add(0, 2, parts[0]);
  upper.join();
  assert(parts[0].sum + parts[1].sum == 26);
}
