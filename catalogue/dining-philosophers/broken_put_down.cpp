// No deadlock any more. But if all take the left fork in the same moment, all put it down in the same moment.
#include <mutex>
#include <thread>

constexpr int kSeats = 2;
std::mutex forks[kSeats];

void dine(int seat) {
  std::mutex& left = forks[seat];
  std::mutex& right = forks[(seat + 1) % kSeats];
  for (;;) {
    left.lock();
    if (right.try_lock()) break;
    left.unlock();  // polite: let the neighbour eat first
    std::this_thread::yield();
  }
  right.unlock();
  left.unlock();
}

int main() {
  std::thread plato(dine, 0), kant(dine, 1);
  plato.join();
  kant.join();
}
