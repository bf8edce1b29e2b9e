// expect: pass
// compilers: gcc clang
// The last philosopher takes the right fork first.
#include <mutex>
#include <thread>
#include <vector>

std::mutex forks[3];

void dine(int i) {
  int first = i, second = (i + 1) % 3;
  if (second < first) std::swap(first, second);
  std::lock_guard one(forks[first]);
  std::lock_guard two(forks[second]);
}

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back(dine, i);
  for (auto& t : threads) t.join();
}
