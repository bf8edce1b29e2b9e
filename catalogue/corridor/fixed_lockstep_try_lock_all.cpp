// Politeness with all it takes: nothing held during the pause, random growing pauses, and an end.
#include <lockstep/sync/lock_all.h>
#include <lockstep/sync/mutex.h>

#include <chrono>
#include <thread>

lockstep::sync::mutex left_side, right_side;

bool pass(lockstep::sync::mutex& mine, lockstep::sync::mutex& other) {
  const auto both = lockstep::sync::try_lock_all_for(std::chrono::milliseconds(1), mine, other);
  return static_cast<bool>(both);  // false: too late, and the caller has to say what then
}

int main() {
  std::thread anna([] { pass(left_side, right_side); });
  pass(right_side, left_side);
  anna.join();
}
