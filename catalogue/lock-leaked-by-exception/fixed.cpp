// Whatever can throw comes first; what follows cannot. The guard unlocks either way.
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
  const int amount = check(good);
  taken += amount;
  given += amount;
}

int main() {
  std::thread worker([] {
    try {
      transfer(false);
    } catch (const std::invalid_argument&) {
    }
  });
  transfer(true);
  worker.join();
  assert(taken == given && taken == 1 && "nothing is lost");
}
