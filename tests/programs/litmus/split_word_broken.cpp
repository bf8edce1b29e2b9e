// expect: fail kind=assertion
// A 64-bit value published as two atomic halves: a reader may combine an old half with a new one.
#include <atomic>
#include <cassert>
#include <cstdint>
#include <thread>

std::atomic<std::uint32_t> low{0}, high{0};

int main() {
  std::thread writer([] {
    low = 1;
    high = 1;
  });
  std::uint32_t h = high;
  std::uint32_t l = low;
  writer.join();
  assert(h == l);
}
