// Two threads increment a locked counter; the assertion at the end asks for one increment too many. What
// bench/reporting explains: some 10,000 events.
#include <cassert>
#include <mutex>
#include <thread>

int main() {
  constexpr int kRounds = 835;
  std::mutex mutex;
  int counter = 0;
  const auto work = [&] {
    for (int i = 0; i < kRounds; ++i) {
      std::lock_guard lock(mutex);
      ++counter;
    }
  };
  std::thread a(work), b(work);
  a.join();
  b.join();
  assert(counter == 2 * kRounds + 1);
}
