// N forks and at most N-1 at the table: one of them has both. (A POSIX semaphore: see broken_std_semaphore for why.)
#include <semaphore.h>

#include <cassert>
#include <mutex>
#include <thread>

constexpr int kSeats = 3;
sem_t chairs;
std::mutex forks[kSeats];
int meals[kSeats];

void dine(int seat) {
  sem_wait(&chairs);
  {
    std::lock_guard left(forks[seat]);
    std::lock_guard right(forks[(seat + 1) % kSeats]);
    ++meals[seat];
  }
  sem_post(&chairs);
}

int main() {
  sem_init(&chairs, 0, kSeats - 1);
  std::thread plato(dine, 0), kant(dine, 1), hume(dine, 2);
  plato.join();
  kant.join();
  hume.join();
  assert(meals[0] + meals[1] + meals[2] == kSeats);
  sem_destroy(&chairs);
}
