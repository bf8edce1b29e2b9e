// One order: there is no meeting halfway.
#include <mutex>
#include <thread>

std::mutex left_side, right_side;

void pass() {
  const std::lock_guard left(left_side);
  const std::lock_guard right(right_side);
}

int main() {
  std::thread anna(pass), otto(pass);
  anna.join();
  otto.join();
}
