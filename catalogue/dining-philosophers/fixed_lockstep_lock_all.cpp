// lock_all has one order for all locks of the program, so nobody has to number the forks.
#include <lockstep/sync/lock_all.h>
#include <lockstep/sync/mutex.h>

#include <cassert>
#include <thread>

constexpr int kSeats = 3;
lockstep::sync::mutex forks[kSeats];
int meals[kSeats];

void dine(int seat) {
  const auto both = lockstep::sync::lock_all(forks[seat], forks[(seat + 1) % kSeats]);
  ++meals[seat];
}

int main() {
  std::thread plato(dine, 0), kant(dine, 1);
  dine(2);
  plato.join();
  kant.join();
  assert(meals[0] + meals[1] + meals[2] == kSeats);
}
