// get waits for the end of the work and throws what it threw.
#include <atomic>
#include <cassert>
#include <future>

std::atomic<int> saved{0};

void save(int value) { saved = value; }

int main() {
  auto pending = std::async(std::launch::async, save, 7);
  pending.get();
  assert(saved == 7 && "the value was saved");
}
