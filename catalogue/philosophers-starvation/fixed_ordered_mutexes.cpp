// Endless on purpose: everybody eats again and again, and nobody is passed over for ever.
#include <mutex>
#include <thread>

std::mutex forks[2];

void dine(int first, int last) {
  for (;;) {
    for (int fork = first; fork <= last; ++fork) forks[fork].lock();
    for (int fork = last; fork >= first; --fork) forks[fork].unlock();
  }
}

int main() {
  std::thread plato(dine, 0, 0), kant(dine, 0, 1), hume(dine, 1, 1);
  plato.join();
  kant.join();
  hume.join();
}
