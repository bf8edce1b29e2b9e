// A global order: who holds fork n waits only for forks above n, so no chain of waiting comes back.
#include <algorithm>
#include <cassert>
#include <mutex>
#include <thread>

constexpr int kSeats = 3;
std::mutex forks[kSeats];
int meals[kSeats];

void dine(int seat) {
  const int left = seat, right = (seat + 1) % kSeats;
  std::lock_guard first(forks[std::min(left, right)]);
  std::lock_guard second(forks[std::max(left, right)]);
  ++meals[seat];
}

int main() {
  std::thread plato(dine, 0), kant(dine, 1), hume(dine, 2);
  plato.join();
  kant.join();
  hume.join();
  assert(meals[0] + meals[1] + meals[2] == kSeats);
}
