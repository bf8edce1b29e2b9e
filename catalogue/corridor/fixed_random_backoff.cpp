// A random pause, from a range that doubles. Different seeds: the same numbers on both sides would keep them in step.
#include <algorithm>
#include <chrono>
#include <mutex>
#include <random>
#include <thread>

std::mutex left_side, right_side;

void pass(std::mutex& mine, std::mutex& other, unsigned seed) {
  std::minstd_rand random(seed);
  for (unsigned range = 2;; range = std::min(range * 2, 64u)) {
    {
      const std::lock_guard lock(mine);
      if (other.try_lock()) {
        other.unlock();
        return;
      }
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % range));
  }
}

int main() {
  std::thread anna([] { pass(left_side, right_side, 1); });
  std::thread otto([] { pass(right_side, left_side, 2); });
  anna.join();
  otto.join();
}
