// expect: fail kind=deadlock pattern=lock-order-inversion
// Three philosophers take the left fork first.
#include <mutex>
#include <thread>
#include <vector>

std::mutex forks[3];

void dine(int i) {
  std::lock_guard left(forks[i]);
  std::lock_guard right(forks[(i + 1) % 3]);
}

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back(dine, i);
  for (auto& t : threads) t.join();
}
