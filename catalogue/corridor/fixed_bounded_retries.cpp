// Polite twice, then resolute: the last attempt waits.
#include <mutex>
#include <thread>

std::mutex left_side, right_side;

void pass(std::mutex& mine, std::mutex& other) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    const std::lock_guard lock(mine);
    if (other.try_lock()) {
      other.unlock();
      return;
    }
  }
  const std::scoped_lock both(mine, other);
}

int main() {
  std::thread anna([] { pass(left_side, right_side); });
  std::thread otto([] { pass(right_side, left_side); });
  anna.join();
  otto.join();
}
