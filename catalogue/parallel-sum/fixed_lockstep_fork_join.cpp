// fork_join is the split and the join in one: what both halves wrote is there when it returns.
#include <lockstep/sync/fork_join.h>

#include <array>
#include <cassert>
#include <cstddef>

const std::array<int, 4> prices = {3, 5, 7, 11};

int sum(lockstep::sync::thread_pool& pool, std::size_t from, std::size_t to) {
  if (to - from <= 2) return prices[from] + prices[to - 1];
  const std::size_t middle = from + (to - from) / 2;
  int lower = 0, upper = 0;
  lockstep::sync::fork_join(
      pool, [&] { lower = sum(pool, from, middle); }, [&] { upper = sum(pool, middle, to); });
  return lower + upper;
}

int main() {
  lockstep::sync::thread_pool pool(1);
  assert(sum(pool, 0, prices.size()) == 26);
}
