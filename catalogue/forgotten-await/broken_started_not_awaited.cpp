// std::async starts the work; keeping the future and not asking it means not waiting for it.
#include <atomic>
#include <cassert>
#include <future>

std::atomic<int> saved{0};

void save(int value) { saved = value; }

int main() {
  auto pending = std::async(std::launch::async, save, 7);
  assert(saved == 7 && "the value was saved");  // the destructor of `pending` waits, which is too late
}
