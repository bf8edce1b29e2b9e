// expect: fail kind=data-race|use-after-free pattern=iterator-invalidation object=readings[2]
// A pointer to an element is kept over a push_back of another thread, which moves all elements.
#include <mutex>
#include <thread>
#include <vector>

std::mutex lock;
std::vector<int> readings{1, 2, 3};

int* latest() {
  std::lock_guard guard(lock);
  return &readings.back();
}

int main() {
  std::thread other([] {
    std::lock_guard guard(lock);
    readings.push_back(4);
  });
  const int value = *latest();
  other.join();
  return value > 4;
}
