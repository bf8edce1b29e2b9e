// Three are enough: each holds its left fork and waits for its neighbour's.
#include <mutex>
#include <thread>

constexpr int kSeats = 3;
std::mutex forks[kSeats];

void dine(int seat) {
  std::lock_guard left(forks[seat]);
  std::lock_guard right(forks[(seat + 1) % kSeats]);
}

int main() {
  std::thread plato(dine, 0), kant(dine, 1), hume(dine, 2);
  plato.join();
  kant.join();
  hume.join();
}
