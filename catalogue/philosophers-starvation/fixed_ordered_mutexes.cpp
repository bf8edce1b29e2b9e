// The neighbours eat until kant has eaten, and kant gets each fork some time: it waits for one at a time.
#include <atomic>
#include <mutex>
#include <thread>

std::mutex forks[2];
std::atomic<bool> kant_ate{false};

void dine(int first, int last) {
  for (int fork = first; fork <= last; ++fork) forks[fork].lock();
  for (int fork = last; fork >= first; --fork) forks[fork].unlock();
}

void neighbour(int fork) {
  while (!kant_ate) dine(fork, fork);
}

int main() {
  std::thread plato(neighbour, 0), hume(neighbour, 1);
  std::thread kant([] {
    dine(0, 1);
    kant_ate = true;
  });
  kant.join();
  plato.join();
  hume.join();
}
