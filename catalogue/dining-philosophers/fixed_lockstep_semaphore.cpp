// At most N-1 sit down, by a semaphore that loses no wakeup and serves in order of arrival.
#include <lockstep/sync/mutex.h>
#include <lockstep/sync/semaphore.h>

#include <cassert>
#include <mutex>
#include <thread>

constexpr int kSeats = 2;
lockstep::sync::mutex forks[kSeats];
lockstep::sync::semaphore seats(kSeats - 1, "seats");
int meals[kSeats];

void dine(int seat) {
  seats.acquire();
  {
    std::lock_guard left(forks[seat]);
    std::lock_guard right(forks[(seat + 1) % kSeats]);
    ++meals[seat];
  }
  seats.release();
}

int main() {
  std::thread plato(dine, 0);
  dine(1);
  plato.join();
  assert(meals[0] + meals[1] == kSeats);
}
