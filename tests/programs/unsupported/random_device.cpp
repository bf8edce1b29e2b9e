// expect: pass complete
// The program asks the processor for random numbers and branches on them: it is not deterministic.
#include <atomic>
#include <random>
#include <thread>

std::atomic<int> value{0};

int main() {
  std::random_device device;
  unsigned n = device() % 64;
  std::thread t([] { value = 1; });
  for (unsigned i = 0; i < n; ++i) value.fetch_add(1);
  t.join();
}
