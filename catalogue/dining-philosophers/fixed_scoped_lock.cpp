// std::scoped_lock waits for one mutex only while it holds none of the others.
#include <cassert>
#include <mutex>
#include <thread>

constexpr int kSeats = 3;
std::mutex forks[kSeats];
int meals[kSeats];

void dine(int seat) {
  std::scoped_lock both(forks[seat], forks[(seat + 1) % kSeats]);
  ++meals[seat];
}

int main() {
  std::thread plato(dine, 0), kant(dine, 1), hume(dine, 2);
  plato.join();
  kant.join();
  hume.join();
  assert(meals[0] + meals[1] + meals[2] == kSeats);
}
