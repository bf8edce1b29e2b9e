// lock_guard gives the lock back. That the two counts fit together it cannot know.
#include <cassert>
#include <mutex>
#include <stdexcept>
#include <thread>

std::mutex mutex;
int taken = 0, given = 0;

int check(bool good) {
  if (!good) throw std::invalid_argument("refused");
  return 1;
}

void transfer(bool good) {
  std::lock_guard lock(mutex);
  ++taken;
  given += check(good);
}

int main() {
  std::thread worker([] {
    try {
      transfer(false);
    } catch (const std::invalid_argument&) {
    }
  });
  worker.join();
  transfer(true);
  assert(taken == given && "nothing is lost");
}
