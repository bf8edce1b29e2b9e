// Right by the standard, and it hangs: std::counting_semaphore of GCC 12 can lose the wakeup of a thread that lost the
// race for a permit (docs/found/README.md has the reason).
#include <mutex>
#include <semaphore>
#include <thread>

constexpr int kSeats = 2;
std::counting_semaphore<> chairs{kSeats - 1};
std::mutex forks[kSeats];

void dine(int seat) {
  chairs.acquire();
  {
    std::lock_guard left(forks[seat]);
    std::lock_guard right(forks[(seat + 1) % kSeats]);
  }
  chairs.release();
}

int main() {
  std::thread plato(dine, 0), kant(dine, 1);
  plato.join();
  kant.join();
}
