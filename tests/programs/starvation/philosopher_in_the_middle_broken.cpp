// expect: fail kind=starvation
// Who may eat is decided by the neighbours' states: the two outer ones take turns and one of them always eats.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex table;
std::condition_variable may_eat;
bool eats[3];

bool can_eat(int me) { return !(me > 0 && eats[me - 1]) && !(me < 2 && eats[me + 1]); }

void dine(int me) {
  for (;;) {
    {
      std::unique_lock lock(table);
      may_eat.wait(lock, [me] { return can_eat(me); });
      eats[me] = true;
    }
    std::lock_guard lock(table);
    eats[me] = false;
    may_eat.notify_all();
  }
}

int main() {
  std::thread a(dine, 0), b(dine, 1), c(dine, 2);
  a.join();
  b.join();
  c.join();
}
