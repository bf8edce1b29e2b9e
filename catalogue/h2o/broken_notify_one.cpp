// Two molecules. A hydrogen of the second one and its oxygen wait; one is woken, and it may be the one that must wait
// on.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
int hydrogens = 0, oxygens = 0;  // in the current molecule

void complete() {
  if (hydrogens < 2 || oxygens < 1) return;
  hydrogens = oxygens = 0;
  changed.notify_one();
}

void hydrogen() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return hydrogens < 2; });
  ++hydrogens;
  complete();
}

void oxygen() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return oxygens < 1; });
  ++oxygens;
  complete();
}

int main() {
  auto twice = [](void (*atom)()) {
    atom();
    atom();
  };
  std::thread a(twice, hydrogen), b(twice, hydrogen);
  twice(oxygen);
  a.join();
  b.join();
}
