// The corridor has two sides, and each person needs both for a moment. Both start at their own and are too polite.
#include <mutex>
#include <thread>

std::mutex left_side, right_side;

void pass(std::mutex& mine, std::mutex& other) {
  for (;;) {
    const std::lock_guard lock(mine);
    if (other.try_lock()) {
      other.unlock();
      return;
    }
  }  // after you!
}

int main() {
  std::thread anna([] { pass(left_side, right_side); });
  std::thread otto([] { pass(right_side, left_side); });
  anna.join();
  otto.join();
}
