// expect: pass
// Two threads each sort and sum 10^5 numbers of their own.
#include <algorithm>
#include <cassert>
#include <cstdint>
#include <random>
#include <thread>
#include <vector>

int main() {
  std::uint64_t sums[2] = {};
  auto work = [&](int me) {
    std::mt19937 g(42);
    std::vector<std::uint32_t> v(100'000);
    for (auto& x : v) x = g();
    std::sort(v.begin(), v.end());
    std::uint64_t s = 0;
    for (auto x : v) s += x;
    sums[me] = s;
  };
  std::thread a(work, 0), b(work, 1);
  a.join();
  b.join();
  assert(sums[0] == sums[1]);
}
