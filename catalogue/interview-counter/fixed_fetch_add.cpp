// fetch_add returns the value before the addition: nobody else gets that one.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> ids{0};

int next_id() { return ids.fetch_add(1, std::memory_order_relaxed); }

int main() {
  int other_id = 0;
  std::thread other([&] { other_id = next_id(); });
  const int id = next_id();
  other.join();
  assert(id != other_id && "ids are unique");
}
