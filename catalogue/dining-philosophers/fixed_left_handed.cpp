// With one left-handed philosopher the circle does not close.
#include <cassert>
#include <mutex>
#include <thread>

constexpr int kSeats = 3;
std::mutex forks[kSeats];
int meals[kSeats];

void dine(int seat) {
  int first = seat, second = (seat + 1) % kSeats;
  if (seat == kSeats - 1) std::swap(first, second);
  std::lock_guard a(forks[first]);
  std::lock_guard b(forks[second]);
  ++meals[seat];
}

int main() {
  std::thread plato(dine, 0), kant(dine, 1), hume(dine, 2);
  plato.join();
  kant.join();
  hume.join();
  assert(meals[0] + meals[1] + meals[2] == kSeats);
}
